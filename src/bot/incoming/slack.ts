import type { OneWaySpeaker } from '../one-way.js';
import { standingCard } from '../one-way-card.js';
import { Gone, Refused, TryLater } from '../platform.js';
import { meaningOf, ResponseUrlError } from '../slack/errors.js';
import { renderCard, type Rendered } from '../slack/render.js';
import type { CallAnswer } from '../webhook/call.js';
import { settle } from '../webhook/errors.js';
import { addressOf } from '../webhook/platform.js';
import type { IncomingOptions } from './options.js';

const HOST = 'Slack';
/** What webhooks answer beside what methods do: api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks */
const GONE: Readonly<Record<string, string>> = {
  channel_is_archived: 'the channel is archived',
  channel_not_found: 'the channel is not there any more',
  no_service: 'the webhook was removed',
  no_service_id: 'the webhook was removed',
  no_active_hooks: 'the webhook was disabled',
  no_team: 'the workspace is not there any more',
  team_disabled: 'the workspace is not active any more',
  invalid_token: 'the webhook was removed',
  action_prohibited: 'an admin of the workspace does not allow it',
  posting_to_general_channel_denied: 'an admin of the workspace does not allow it',
};

/** Posts to incoming webhooks of Slack. Tables that Slack does not take are drawn with characters. */
export function slackIncoming({ settings, call }: IncomingOptions): OneWaySpeaker {
  return {
    edits: false,
    post: async (to, post) => {
      const url = addressOf('slack-webhook', to, settings);
      const card = standingCard(post);
      const forms = [
        () => renderCard(card),
        () => renderCard(card, { tables: false }),
        () => ({ ...renderCard({ ...card, parts: [] }), blocks: undefined }),
      ];
      for (const [at, form] of forms.entries()) {
        const answer = await call({
          url,
          headers: { 'content-type': 'application/json' },
          body: bodyOf(form()),
        });
        if (settleSlack(answer, at === forms.length - 1) === 'done') return {};
      }
      throw new Refused('Slack refused the message in every form.');
    },
  };
}

function bodyOf({ text, blocks }: Pick<Rendered, 'text'> & { readonly blocks?: unknown }): Buffer {
  return Buffer.from(JSON.stringify({ text, blocks, unfurl_links: false, unfurl_media: false }));
}

/** 'simpler' where another form of the message may be taken. */
function settleSlack(answer: CallAnswer, isLast: boolean): 'done' | 'simpler' {
  if (answer.status >= 200 && answer.status < 300) return 'done';
  const code = /^\w{1,60}$/u.exec(answer.text.trim())?.[0] ?? `HTTP ${answer.status}`;
  const said = GONE[code];
  if (said !== undefined) throw new Gone('channel', `Slack does not take messages here any more: ${said}.`);
  if (answer.status === 429) settle(HOST, answer);
  const meaning = meaningOf(new ResponseUrlError(answer.status, code, null));
  if (meaning.type === 'simpler' || code === 'invalid_payload') {
    if (!isLast) return 'simpler';
    throw new Refused(`Slack refused the message (${code}).`);
  }
  if (meaning.type === 'gone')
    throw new Gone('channel', `Slack does not take messages here any more (${meaning.reason}).`);
  if (meaning.type === 'wait') throw new TryLater(meaning.ms, 'channel');
  settle(HOST, answer);
  return 'done';
}
