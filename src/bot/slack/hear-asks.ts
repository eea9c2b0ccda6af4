import type { App, BlockAction, ButtonAction } from '@slack/bolt';
import { readPress } from '../press.js';
import { type Hearing, NOT_TAKEN, requestOf, take } from './hearing.js';
import { pressedFrom } from './pressed.js';
import { readTextAsk, TEXT_ASK } from './text-ask.js';
import { readTextModal, TEXT_FIELD, TEXT_MODAL, textModal } from './text-modal.js';

const NOT_OPENED = 'Slack did not open the form. Please press the button again.';

/** Buttons that ask for text: a press opens a modal, and that asks the command with what was written. */
export function hearAsks(app: App, with_: Hearing): void {
  const { client, clicks, people, log } = with_;
  app.action<BlockAction<ButtonAction>>(
    new RegExp(`^${TEXT_ASK}:`, 'u'),
    async ({ body, action, ack, respond }) => {
      const asks = readTextAsk(action.action_id);
      const from = pressedFrom(body);
      const isFirst = clicks.isFirst(`${body.user.id} ${from.spot} ${action.action_id}`, {
        id: body.trigger_id,
        seconds: Number(action.action_ts),
      });
      await ack();
      if (asks === null || readPress(action.value ?? '') === null || !isFirst) return;
      try {
        const view = textModal(action.text.text, action.value ?? '', asks, from);
        // A trigger is good for three seconds: later it is of no use to try again.
        await client.views.open({ trigger_id: body.trigger_id, view });
      } catch (error) {
        log.warn('Slack did not open the form of a button', { error });
        if (from.responseUrl !== null)
          await respond({ response_type: 'ephemeral', replace_original: false, text: NOT_OPENED });
      }
    },
  );
  app.view(TEXT_MODAL, async ({ body, view, ack }) => {
    const asked = readTextModal(view.state.values, view.private_metadata);
    const person = people.named(body.user.id, body.user.name);
    const id = `view:${view.id}:${view.hash}`;
    const taken =
      asked !== null &&
      (await take(with_, {
        ...requestOf(with_, id, person, asked.text, asked.from),
        audience: asked.audience,
      }));
    // An error beside the field leaves the modal open, to be tried again.
    await (taken ? ack() : ack({ response_action: 'errors', errors: { [TEXT_FIELD]: NOT_TAKEN } }));
  });
}
