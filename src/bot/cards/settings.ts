import { DATE_FORMATS, NONE, type SettingsResult } from '../../core/operations/chat/settings.js';
import type { Card, Form } from '../card.js';
import { dayText, moment, type Moment } from '../figures.js';

/** Zones to choose from, west to east; any other can be written. */
const ZONES = [
  'UTC',
  'Pacific/Honolulu',
  'America/Los_Angeles',
  'America/Denver',
  'America/Chicago',
  'America/New_York',
  'America/Sao_Paulo',
  'Europe/London',
  'Europe/Berlin',
  'Europe/Helsinki',
  'Africa/Johannesburg',
  'Asia/Dubai',
  'Asia/Kolkata',
  'Asia/Singapore',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Pacific/Auckland',
] as const;
/** A day whose month cannot be its date. */
const EXAMPLE = '2026-01-31';

/** What a channel has set, and fields to set it. */
export function settingsCard(result: SettingsResult, _input: unknown, now: Moment): Card {
  const { domain, zone, dates, changeable } = result;
  const look = { look: { zone, dates } };
  return {
    title: 'Settings of this channel',
    tone: 'neutral',
    verdict: `A question without a domain is about ${domain ?? 'all domains'}; times are those of ${zone}.`,
    parts: [
      {
        type: 'facts',
        facts: [
          { name: 'Domain', value: domain ?? 'all' },
          {
            name: 'Time zone',
            value: zone,
            note: `now ${moment(now.toISOString(), Object.assign(new Date(now), look))}`,
          },
          { name: 'Dates', value: dates, note: dayText(EXAMPLE, look) },
        ],
      },
    ],
    advice: domain === null ? null : `all asks about all domains all the same: summary all`,
    buttons: [{ label: 'Summary', command: 'summary' }],
    form: changeable ? formOf(result) : null,
    footer: changeable ? null : 'An analyst or admin can change them.',
  };
}

/** The same, after a change. */
export function settingsSetCard(result: SettingsResult, input: unknown, now: Moment): Card {
  return { ...settingsCard(result, input, now), title: 'Settings of this channel are changed', tone: 'good' };
}

/** Names with what nobody sees in them are not offered: one could not tell which one chooses. */
function isPlain(name: string): boolean {
  return !/[\p{C}\s]/u.test(name);
}

function formOf({ domain, zone, dates, domains }: SettingsResult): Form {
  const named = [...new Set([...(domain === null ? [] : [domain]), ...domains])].filter(isPlain);
  return {
    command: 'settings-set',
    submit: 'Set',
    fields: [
      {
        name: 'domain',
        label: 'Default domain',
        choices: [
          { label: 'All domains', value: NONE },
          ...named.map((name) => ({ label: name, value: name })),
        ],
        value: domain === null ? NONE : isPlain(domain) ? domain : null,
      },
      {
        name: 'zone',
        label: 'Time zone',
        choices: [...new Set<string>([zone, ...ZONES])].map((name) => ({ label: name, value: name })),
        value: zone,
      },
      {
        name: 'dates',
        label: 'Dates',
        choices: DATE_FORMATS.map((format) => ({
          label: dayText(EXAMPLE, { look: { zone, dates: format } }),
          value: format,
        })),
        value: dates,
      },
    ],
  };
}
