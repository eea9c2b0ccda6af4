import { z } from 'zod';

/** Words for on and off, in lower case. */
export const SWITCH: Readonly<Record<string, boolean>> = {
  on: true,
  yes: true,
  true: true,
  1: true,
  off: false,
  no: false,
  false: false,
  0: false,
};

/** A variable that is on or off. */
export function onOrOff(otherwise: boolean) {
  return z
    .string()
    .transform((text, context) => {
      const value = SWITCH[text.toLowerCase()];
      if (value === undefined)
        context.addIssue({ code: 'custom', message: `must be on or off, not "${text}"` });
      return value ?? z.NEVER;
    })
    .default(otherwise);
}
