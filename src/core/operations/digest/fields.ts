import { z } from 'zod';
import { SECTIONS, type Section } from '../../digest/content.js';
import { PERIODS } from '../../digest/schedule.js';
import { zoneField } from '../chat/settings.js';
import { domainField, storableText } from '../fields.js';

/** In the order of ISO 8601. */
export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** In the place of domains: all that are claimed, as they are then. */
export const ALL = 'all';
/** Domains that one subscription names; more are better told of as all. */
const MOST_DOMAINS = 1_000;

export const idField = z.coerce.number().int().min(1).max(2_147_483_647).describe('Number of a digest');

/** Not `period`, which in questions is a span of days. */
export const frequencyField = z.enum(PERIODS).describe('How often it comes');

const sectionList = z.array(z.enum(SECTIONS)).min(1);
const inOrder = (given: readonly Section[]) => SECTIONS.filter((section) => given.includes(section));
const HOLDS = `What it holds, of ${SECTIONS.join(', ')}; all when left out`;

export const sectionsField = sectionList.transform(inOrder).describe(HOLDS);

/** The same where it stands in an address: with commas between. */
export const writtenSectionsField = z
  .union([
    sectionList,
    z
      .string()
      .transform((text) => text.split(',').map((word) => word.trim()))
      .pipe(sectionList),
  ])
  .transform(inOrder)
  .describe(HOLDS);

/** What people say of a digest; each field may be left out. */
export const scheduleFields = {
  weekday: z.enum(WEEKDAYS).optional().describe('Day of a weekly digest; Monday when left out'),
  day: z.coerce
    .number()
    .int()
    .min(1)
    .max(31)
    .optional()
    .describe('Day of a monthly digest, or the last of a shorter month; the first when left out'),
  time: z
    .string()
    .trim()
    .regex(/^(?:[01]?\d|2[0-3]):[0-5]\d$/u, 'must be a time such as 09:00')
    .transform((time) => time.padStart(5, '0'))
    .optional()
    .describe('Local time at which it comes, such as 09:00'),
  zone: zoneField.optional().describe('Time zone of that time, such as Europe/Berlin'),
  domains: z
    .array(domainField)
    .min(1)
    .max(MOST_DOMAINS)
    .optional()
    .describe(`Domains that it tells of; ${ALL} for all that are claimed`),
  sections: sectionsField.optional(),
  channel: storableText(z.string().trim().min(1).max(100))
    .optional()
    .describe('Channel that it comes to; the one where you ask when left out'),
};
