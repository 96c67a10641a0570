import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';

/** Every procedure can fail with this error; `data` is an ErrorShape. Its wording is for people, its code for programs. */
export const base = oc.errors({
  APP: {
    status: 400,
    data: z.strictObject({ code: z.enum(ERROR_CODES), message: z.string(), next: z.string() }),
  },
});
