import { createHmac } from 'node:crypto';

export const SIGNATURE_HEADER = 'X-Dmarc-Ops-Signature';
/** The same for every try of one message. */
export const DELIVERY_HEADER = 'X-Dmarc-Ops-Delivery';

/**
 * The value of the signature's header: `t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of `SECONDS.BODY` with the
 * channel's secret. The time is signed too, so that what was once heard cannot be sent again later.
 */
export function signatureOf(secret: string, body: Buffer, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1_000);
  const digest = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
