import { z } from 'zod';

/** RFC 5321 §4.5.3.1.3, less the angle brackets. */
const LONGEST_EMAIL = 254;

/** An address, as it is kept and compared: case-folded. */
export const emailField = z
  .string()
  .trim()
  .toLowerCase()
  .max(LONGEST_EMAIL)
  .pipe(z.email('must be an address such as ada@example.com'))
  .describe('Address, such as ada@example.com');
