import { z } from 'zod';
import { SEVERITIES } from '../../alert/finding.js';
import { zoneField } from '../chat/settings.js';

/** Takes quiet hours away. */
export const NONE = 'none';
const QUIET = /^([01]?\d|2[0-3]):([0-5]\d)-([01]?\d|2[0-3]):([0-5]\d)$/u;

const quietField = z
  .string()
  .trim()
  .transform((text, context) => {
    if (text.toLowerCase() === NONE) return null;
    const [, fromHour, fromMinute, untilHour, untilMinute] = QUIET.exec(text.replaceAll(/[–—]/gu, '-')) ?? [];
    const from = `${(fromHour ?? '').padStart(2, '0')}:${fromMinute ?? ''}`;
    const until = `${(untilHour ?? '').padStart(2, '0')}:${untilMinute ?? ''}`;
    if (fromHour !== undefined && from !== until) return { from, until };
    context.addIssue({ code: 'custom', message: `must be a span such as 22:00-07:00, or ${NONE}` });
    return z.NEVER;
  })
  .describe('Hours in which only critical alerts are told, such as 22:00-07:00');

/** What is set about a channel; each may be left out. */
export const channelSettingFields = {
  severity: z.enum(SEVERITIES).optional().describe('Only alerts that are so bad, or worse'),
  quiet: quietField.optional(),
  zone: zoneField.optional().describe('Time zone of quiet hours and of times in messages'),
  all: z.boolean().optional().describe('Whether alerts of rules that name no channel are told here'),
};
