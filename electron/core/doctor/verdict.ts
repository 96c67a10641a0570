import type { DoctorCheck, DoctorVerdict } from '../../contract/doctor.ts';
import { DOCTOR_LAYERS, LAYER_ORDER } from '../../contract/doctor-layers.ts';

const place = ({ layer }: DoctorCheck): number => LAYER_ORDER.indexOf(layer);

/** The check of the lowest layer in a state; of several in one layer the first that was made. */
function first(checks: readonly DoctorCheck[], state: DoctorCheck['state']): DoctorCheck | undefined {
  return checks
    .filter((check) => check.state === state)
    .reduce<DoctorCheck | undefined>(
      (best, check) => (best === undefined || place(check) < place(best) ? check : best),
      undefined,
    );
}

/** What the run came to. A fault that was found stands also where the run was not finished. */
export function verdictOf(checks: readonly DoctorCheck[], unfinished: string | null): DoctorVerdict {
  const broken = first(checks, 'failed');
  if (broken) {
    const { layer, id, seen } = broken;
    const more = checks.filter(({ state }) => state === 'failed').length - 1;
    const others = more === 0 ? '' : ` ${more} more ${more === 1 ? 'check' : 'checks'} failed.`;
    return { result: 'broken', layer, check: id, text: `${DOCTOR_LAYERS[layer]}: ${seen}${others}` };
  }
  if (unfinished !== null) return { result: 'unfinished', layer: null, check: null, text: unfinished };
  const doubtful = first(checks, 'warning');
  if (doubtful) {
    const { layer, id, seen } = doubtful;
    const count = checks.filter(({ state }) => state === 'warning').length;
    const text = `Nothing is broken. ${count === 1 ? 'One warning' : `${count} warnings`}, first ${DOCTOR_LAYERS[layer]}: ${seen}`;
    return { result: 'warnings', layer, check: id, text };
  }
  const fine = checks.filter(({ state }) => state === 'ok').length;
  return { result: 'healthy', layer: null, check: null, text: `All ${fine} checks are fine.` };
}
