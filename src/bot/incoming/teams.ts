import type { OneWaySpeaker } from '../one-way.js';
import { standingCard } from '../one-way-card.js';
import { Gone, Refused } from '../platform.js';
import { renderCard } from '../teams/render.js';
import type { CallAnswer } from '../webhook/call.js';
import { settle } from '../webhook/errors.js';
import { addressOf } from '../webhook/platform.js';
import type { IncomingOptions } from './options.js';

/**
 * Bytes of a message to a workflow: learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/
 * add-incoming-webhook. Counted in UTF-16, which is never less.
 */
export const MOST_BYTES = 28_000;
/** What stands around the card. */
const AROUND_BYTES = 1_000;
const HOST = 'The workflow';
/** Turned off, or deleted, as Logic Apps says it. */
const ENDED =
  /"code":\s*"(Workflow(?:TriggerIsNot|IsNot)Enabled|WorkflowNotFound|TriggerNotFound|FlowNotFound)"/iu;

/** Posts to workflows of Teams. A picture would be larger than such a message may be: charts are drawn with characters. */
export function teamsIncoming({ settings, call }: IncomingOptions): OneWaySpeaker {
  return {
    edits: false,
    post: async (to, post) => {
      const url = addressOf('teams-webhook', to, settings);
      const { content, summary } = renderCard(standingCard(post), {
        mostBytes: MOST_BYTES - AROUND_BYTES,
      });
      const message = {
        type: 'message',
        summary,
        attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
      };
      settleTeams(
        await call({
          url,
          headers: { 'content-type': 'application/json' },
          body: Buffer.from(JSON.stringify(message)),
        }),
      );
      return {};
    },
  };
}

function settleTeams(answer: CallAnswer): void {
  const { status, text } = answer;
  if (status >= 400 && status < 500 && ENDED.test(text))
    throw new Gone(
      'channel',
      'The workflow was turned off or deleted in Teams; turn it on, or make another.',
    );
  if (status === 401 || status === 403 || status === 404)
    throw new Gone('channel', `The workflow takes no messages at this address (${status}); add it anew.`);
  if (status === 413) throw new Refused('The workflow refused the message for its size (413).');
  settle(HOST, answer);
}
