import type { App, BlockAction, ButtonAction } from '@slack/bolt';
import { readPress, writeForm } from '../press.js';
import { chatFiles } from './files.js';
import {
  ASK,
  ASK_DOMAIN,
  askModal,
  type AskedFrom,
  fieldValues,
  NOWHERE,
  OPEN_ASK,
  readAsk,
  type State,
} from './forms.js';
import { hearAsks } from './hear-asks.js';
import { askerOf, type Hearing, NOT_TAKEN, requestOf, take } from './hearing.js';
import { OPTION_TEXT, OPTION_VALUE } from './limits.js';
import { pressedFrom } from './pressed.js';
import { FIELD, PRESS, SUBMIT } from './render.js';
import { wordsOf } from './said.js';
import { plain } from './text.js';
import { hearHomes } from './welcome.js';

export const COMMAND = '/dmarc';
const FORM_WORD = /^(?:form|ask)$/iu;
const UPLOAD = 'upload';
const MOST_COMPLETED = 25;

/** Listens to people; each request is taken before Slack is told that it came. */
export function hear(app: App, with_: Hearing): void {
  hearCommands(app, with_);
  hearPresses(app, with_);
  hearAsks(app, with_);
  hearForms(app, with_);
  hearMessages(app, with_);
  hearHomes(app, with_);
}

function hearCommands(app: App, with_: Hearing): void {
  app.command(COMMAND, async ({ command, ack }) => {
    const from: AskedFrom = {
      channel: command.channel_id,
      thread: null,
      direct: false,
      responseUrl: command.response_url,
    };
    const person = with_.people.named(command.user_id, command.user_name);
    const text = wordsOf(command.text, with_.bot);
    if (FORM_WORD.test(text)) {
      await ack();
      await openAsk(with_, command.trigger_id, from);
      return;
    }
    const taken = await take(with_, requestOf(with_, `command:${command.trigger_id}`, person, text, from));
    await (taken ? ack() : ack({ response_type: 'ephemeral', text: NOT_TAKEN }));
  });
}

function hearPresses(app: App, with_: Hearing): void {
  const { clicks } = with_;
  const pressed = new RegExp(`^(?:${PRESS}:.*|${SUBMIT})$`, 'u');
  app.action<BlockAction<ButtonAction>>(pressed, async ({ body, action, ack, respond }) => {
    const press = readPress(action.value ?? '');
    const from = pressedFrom(body);
    // A double click is one press.
    const isFirst = clicks.isFirst(`${body.user.id} ${from.spot} ${action.action_id}`, {
      id: body.trigger_id,
      seconds: Number(action.action_ts),
    });
    if (press === null || !isFirst) return ack();
    const state = (body.state?.values ?? body.view?.state.values ?? {}) as State;
    const text = action.action_id === SUBMIT ? writeForm(press.text, fieldValues(state)) : press.text;
    const person = with_.people.named(body.user.id, body.user.name ?? body.user.username ?? body.user.id);
    const asked = {
      ...requestOf(with_, `press:${body.trigger_id}`, person, text, from),
      audience: press.audience,
    };
    const taken = await take(with_, asked);
    await ack();
    if (!taken && from.responseUrl !== null)
      await respond({ response_type: 'ephemeral', replace_original: false, text: NOT_TAKEN });
  });
  app.action(new RegExp(`^${FIELD}:`, 'u'), ({ ack }) => ack());
}

function hearForms(app: App, with_: Hearing): void {
  const { inbound, people, commands } = with_;
  app.shortcut(ASK, async ({ shortcut, ack }) => {
    await ack();
    await openAsk(with_, shortcut.trigger_id, NOWHERE);
  });
  app.action(OPEN_ASK, async ({ body, ack }) => {
    await ack();
    if (body.type === 'block_actions') await openAsk(with_, body.trigger_id, NOWHERE);
  });
  app.options(ASK_DOMAIN, async ({ body, payload, ack }) => {
    const asker = askerOf(with_, people.named(body.user.id, body.user.id), body.user.id);
    const typed = 'value' in payload ? payload.value : '';
    const found = await inbound.complete(asker, 'domain', typed);
    const options = found
      .filter((value) => value.length <= OPTION_VALUE)
      .slice(0, MOST_COMPLETED)
      .map((value) => ({ text: plain(value, OPTION_TEXT), value }));
    await ack({ options });
  });
  app.view(ASK, async ({ body, view, ack }) => {
    const { text, from } = readAsk(view.state.values, view.private_metadata, commands);
    const person = people.named(body.user.id, body.user.name);
    const taken = await take(with_, requestOf(with_, `view:${view.id}:${view.hash}`, person, text, from));
    // An error beside a field leaves the modal open, to be tried again.
    await (taken ? ack() : ack({ response_action: 'errors', errors: { [ASK_DOMAIN]: NOT_TAKEN } }));
  });
}

/** Direct messages and mentions; a file that comes with them is taken in. */
function hearMessages(app: App, with_: Hearing): void {
  app.event('app_mention', async ({ event, body }) => {
    if (event.user === undefined) return;
    await heard(with_, body.event_id, event.user, event, {
      ...NOWHERE,
      channel: event.channel,
      thread: event.thread_ts ?? null,
    });
  });
  app.event('message', async ({ event, body }) => {
    if (event.channel_type !== 'im' || (event.subtype !== undefined && event.subtype !== 'file_share'))
      return;
    if ('bot_id' in event && event.bot_id !== undefined) return;
    await heard(with_, body.event_id, event.user, event, {
      ...NOWHERE,
      channel: event.channel,
      thread: event.thread_ts ?? null,
      direct: true,
    });
  });
}

async function heard(
  with_: Hearing,
  id: string,
  user: string,
  message: { readonly text?: string; readonly files?: unknown },
  from: AskedFrom,
): Promise<void> {
  const files = chatFiles(message.files, with_);
  const said = wordsOf(message.text ?? '', with_.bot);
  // A picture of an empty message, or a deleted one.
  if (said === '' && files.length === 0 && from.direct) return;
  const text = files.length > 0 ? UPLOAD : said.replace(/^\/dmarc\b\s*/iu, '');
  const person = await with_.people.byId(user);
  await with_.inbound.take({ ...requestOf(with_, `event:${id}`, person, text, from), files });
}

async function openAsk({ client, commands, log }: Hearing, trigger: string, from: AskedFrom): Promise<void> {
  try {
    // A trigger is good for three seconds: later it is of no use to try again.
    await client.views.open({ trigger_id: trigger, view: askModal(commands, from) });
  } catch (error) {
    log.warn('Slack did not open the form', { error });
  }
}
