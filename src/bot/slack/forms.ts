import type { types } from '@slack/bolt';
import { z } from 'zod';
import type { Card } from '../card.js';
import type { Command } from '../command.js';
import { writeForm } from '../press.js';
import {
  MODAL_TITLE,
  OPTION_TEXT,
  OPTION_VALUE,
  PLACEHOLDER,
  PRIVATE_METADATA,
  SELECT_OPTIONS,
} from './limits.js';
import { FIELD, renderCard, type Rendered } from './render.js';
import { plain } from './text.js';

export const ASK = 'dmarc_ask';
export const OPEN_ASK = 'open_ask';
export const ASK_DOMAIN = 'ask_domain';
const ASK_COMMAND = 'ask_command';
const ASK_PERIOD = 'ask_period';
const USUAL_COMMAND = 'summary';
const TITLE = 'Ask about DMARC';
const PERIODS = [
  ['the last 7 days', '7d'],
  ['the last 30 days', '30d'],
  ['the last 90 days', '90d'],
  ['last week', 'last week'],
  ['last month', 'last month'],
] as const;

/** Where the answer of a modal goes: a modal itself has no channel. */
export const askedFrom = z.object({
  channel: z.string().nullable(),
  thread: z.string().nullable(),
  direct: z.boolean(),
  responseUrl: z.string().nullable(),
});
export type AskedFrom = Readonly<z.output<typeof askedFrom>>;
export const NOWHERE: AskedFrom = { channel: null, thread: null, direct: false, responseUrl: null };

/** A modal to ask with: command, domain, period. */
export function askModal(commands: readonly Command[], from: AskedFrom): types.ModalView {
  const options = askable(commands)
    .slice(0, SELECT_OPTIONS)
    .map(({ name, operation }) => ({
      text: plain(`${name}: ${operation.summary}`, OPTION_TEXT),
      value: name.slice(0, OPTION_VALUE),
    }));
  const periods = PERIODS.map(([label, value]) => ({ text: plain(label, OPTION_TEXT), value }));
  const usual = options.find(({ value }) => value === USUAL_COMMAND) ?? options[0];
  const kept = JSON.stringify(from);
  return {
    type: 'modal',
    callback_id: ASK,
    title: plain(TITLE, MODAL_TITLE),
    submit: plain('Ask', MODAL_TITLE),
    close: plain('Cancel', MODAL_TITLE),
    private_metadata: kept.length <= PRIVATE_METADATA ? kept : JSON.stringify(NOWHERE),
    blocks: [
      {
        type: 'input',
        block_id: ASK_COMMAND,
        label: plain('What', PLACEHOLDER),
        element: {
          type: 'static_select',
          action_id: ASK_COMMAND,
          options,
          ...(usual === undefined ? {} : { initial_option: usual }),
        },
      },
      {
        type: 'input',
        block_id: ASK_DOMAIN,
        optional: true,
        label: plain('Domain', PLACEHOLDER),
        element: {
          type: 'external_select',
          action_id: ASK_DOMAIN,
          min_query_length: 0,
          placeholder: plain('All domains', PLACEHOLDER),
        },
      },
      {
        type: 'input',
        block_id: ASK_PERIOD,
        optional: true,
        label: plain('Period', PLACEHOLDER),
        element: { type: 'static_select', action_id: ASK_PERIOD, options: periods },
      },
    ],
  };
}

/** Commands that are about a domain. */
function askable(commands: readonly Command[]): Command[] {
  return commands.filter(
    ({ operation }) => operation.effect === 'reads' && fieldsOf(operation.input).includes('domain'),
  );
}

function fieldsOf(schema: z.ZodType): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** What was chosen, by block and action, as Slack sends it. */
export type State = Readonly<
  Record<string, Readonly<Record<string, { readonly selected_option?: { readonly value?: string } | null }>>>
>;

/** The command line of a modal that was submitted, and where its answer goes. */
export function readAsk(
  state: State,
  kept: string,
  commands: readonly Command[],
): { readonly text: string; readonly from: AskedFrom } {
  const name = chosen(state, ASK_COMMAND) ?? USUAL_COMMAND;
  const command = commands.find((one) => one.name === name);
  const takes = command === undefined ? [] : fieldsOf(command.operation.input);
  const line = writeForm(name, [{ name: 'domain', value: chosen(state, ASK_DOMAIN) }]);
  const period = takes.includes('from') ? chosen(state, ASK_PERIOD) : null;
  return { text: period === null ? line : `${line} ${period}`, from: readMetadata(kept) };
}

function readMetadata(kept: string): AskedFrom {
  try {
    return askedFrom.parse(JSON.parse(kept));
  } catch {
    return NOWHERE;
  }
}

/** What was chosen in the fields of a card. */
export function fieldValues(state: State): { readonly name: string; readonly value: string | null }[] {
  return Object.keys(state)
    .filter((id) => id.startsWith(`${FIELD}:`))
    .map((id) => ({ name: id.slice(FIELD.length + 1), value: chosen(state, id) }));
}

function chosen(state: State, id: string): string | null {
  return state[id]?.[id]?.selected_option?.value ?? null;
}

/** The Home tab: a card, and the way to the modal: HOME_BLOCKS below it. */
export function homeView(card: Card): { readonly view: types.HomeView; readonly keep: Rendered['keep'] } {
  const { blocks, keep } = renderCard(card, { surface: 'home' });
  const ask: types.KnownBlock = {
    type: 'actions',
    elements: [{ type: 'button', action_id: OPEN_ASK, text: plain('Ask with a form', PLACEHOLDER / 2) }],
  };
  return { view: { type: 'home', blocks: [...blocks, ask] }, keep };
}
