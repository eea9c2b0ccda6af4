import { z } from 'zod';
import { ExpectedError } from '../../core/expected-error.js';
import { hostOf, urlProblem, type WebhookKind } from '../../core/alert/channel-address.js';
import type { OneWayDestination, OneWaySpeaker } from '../one-way.js';
import { Gone } from '../platform.js';
import type { Caller } from './call.js';
import { settle } from './errors.js';
import { renderBody } from './render.js';
import type { WebhookSettings } from './settings.js';
import { DELIVERY_HEADER, SIGNATURE_HEADER, signatureOf } from './sign.js';

export interface WebhookOptions {
  readonly settings: WebhookSettings;
  readonly call: Caller;
  readonly now: () => Date;
}

/** A webhook's own secret signs what it is sent. */
const secretOf = z.object({ url: z.string(), secret: z.string().min(1) });
const urlOf = z.object({ url: z.string() });

/** Sends signed JSON to the addresses that people gave. */
export function webhookSpeaker({ settings, call, now }: WebhookOptions): OneWaySpeaker {
  return {
    edits: false,
    post: async (to, post) => {
      const url = addressOf('webhook', to, settings);
      const { data } = secretOf.safeParse(to.secret);
      if (data === undefined) throw new Gone('channel', `${url.host} has no secret; add the channel anew.`);
      const body = renderBody(post);
      const answer = await call({
        url,
        body,
        headers: {
          'content-type': 'application/json',
          [SIGNATURE_HEADER]: signatureOf(data.secret, body, now()),
          [DELIVERY_HEADER]: post.key,
        },
      });
      settle(url.host, answer);
      return { delivery: post.key };
    },
  };
}

/**
 * Where a channel is, looked at each time: what is allowed may have changed. Throws Gone of the channel where it has no
 * address, and an ExpectedError where settings do not allow the one it has, which an operator may put right.
 */
export function addressOf(kind: WebhookKind, { secret }: OneWayDestination, settings: WebhookSettings): URL {
  const { data } = urlOf.safeParse(secret);
  if (data === undefined || !URL.canParse(data.url))
    throw new Gone('channel', 'This channel has no address; add it anew.');
  const problem = urlProblem(kind, data.url, settings);
  if (problem !== null)
    throw new ExpectedError('webhook-closed', `${hostOf(data.url)} is not called: ${problem}`);
  return new URL(data.url);
}
