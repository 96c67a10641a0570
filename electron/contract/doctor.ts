import { z } from 'zod';
import { LAYER_ORDER } from './doctor-layers.ts';
import { Millis } from './link.ts';
import { ProfileName } from './profile.ts';

/** A verdict names the first layer that is broken. */
export const DoctorLayer = z.enum(LAYER_ORDER);
export type DoctorLayer = z.infer<typeof DoctorLayer>;

/** `skipped`: not looked at, because an earlier layer failed, or because it does not apply; `seen` says which. */
export const CheckState = z.enum(['ok', 'warning', 'failed', 'skipped']);
export type CheckState = z.infer<typeof CheckState>;

export const DoctorCheck = z.strictObject({
  /** Stable, e.g. `ssh.host-key`; documented in docs/doctor.md. */
  id: z.string(),
  layer: DoctorLayer,
  title: z.string(),
  /** Which link, host, service or file, where there are several. */
  subject: z.string().nullable(),
  state: CheckState,
  /** What was seen, one plain sentence. */
  seen: z.string(),
  ms: z.number(),
  /** What helps: a sentence, and the command to copy where there is one. */
  remedy: z.strictObject({ text: z.string(), command: z.string().nullable() }).nullable(),
});
export type DoctorCheck = z.infer<typeof DoctorCheck>;

/** `healthy`: nothing failed and nothing is doubtful. `unfinished`: it was stopped, or its time ran out, before a fault was found. */
export const DoctorVerdict = z.strictObject({
  result: z.enum(['healthy', 'warnings', 'broken', 'unfinished']),
  /** The first layer that failed, else the first with a warning. */
  layer: DoctorLayer.nullable(),
  check: z.string().nullable(),
  text: z.string(),
});
export type DoctorVerdict = z.infer<typeof DoctorVerdict>;

/** A finished run. */
export const DoctorRun = z.strictObject({
  profile: ProfileName,
  at: Millis,
  ms: z.number(),
  checks: z.array(DoctorCheck),
  verdict: DoctorVerdict,
  /** The report to hand on: secrets, home folder and user names are masked in both; `masked` is without host names and addresses too. */
  report: z.strictObject({ plain: z.string(), masked: z.string() }),
});
export type DoctorRun = z.infer<typeof DoctorRun>;

export const DoctorEvent = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('begin'),
    at: Millis,
    layers: z.array(z.strictObject({ id: DoctorLayer, label: z.string() })),
  }),
  /** A check is under way; its `check` event follows. */
  z.strictObject({
    type: z.literal('running'),
    id: z.string(),
    layer: DoctorLayer,
    title: z.string(),
    subject: z.string().nullable(),
  }),
  z.strictObject({ type: z.literal('check'), check: DoctorCheck }),
  z.strictObject({ type: z.literal('end'), run: DoctorRun }),
]);
export type DoctorEvent = z.infer<typeof DoctorEvent>;
