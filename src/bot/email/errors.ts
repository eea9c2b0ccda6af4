import { ExpectedError } from '../../core/expected-error.js';
import { Gone, Refused, TryLater } from '../platform.js';

/** What of an error of nodemailer is looked at. */
interface Fields {
  readonly code?: unknown;
  readonly originalCode?: unknown;
  readonly command?: unknown;
  readonly responseCode?: unknown;
}

/** What an error of sending means. */
export type Meaning =
  /** What the operator set does not work: nothing can be sent by anybody until it is mended. */
  | { readonly type: 'set-up-wrong'; readonly reason: string }
  /** The server says to come again. */
  | { readonly type: 'later'; readonly reason: string }
  /** None of the recipients is taken. */
  | { readonly type: 'no-such-recipients'; readonly reason: string }
  | { readonly type: 'refused'; readonly reason: string }
  /** Nobody knows whether it came through. */
  | { readonly type: 'again'; readonly reason: string };

/** A greylist wants five minutes (RFC 6647 §5); other troubles pass sooner or later than that. */
const LATER_MS = 5 * 60_000;
/** Until somebody has mended the settings. */
const SET_UP_WRONG_MS = 10 * 60_000;
/** What Node.js says of certificates (nodejs.org/api/tls.html#x509-certificate-error-codes). */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/u;
/** RFC 5321 §4.2.3 and RFC 7504: the mailbox is not there, or not here. Others are about room and policy. */
const NO_MAILBOX = new Set([550, 551, 553, 556]);
const CLOSED_BY_SECURITY = new Set(['ETLS', 'EREQUIRETLS']);

/** What an error means. Texts of servers hold addresses and more, so they are not repeated: codes are. */
export function meaningOf(error: unknown, host: string): Meaning {
  const { code, originalCode, command, responseCode } =
    typeof error === 'object' && error !== null ? (error as Fields) : {};
  const status = typeof responseCode === 'number' ? responseCode : null;
  const said = status === null ? '' : ` (${status})`;
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return status !== null && status < 500
      ? { type: 'later', reason: `${host} cannot check the password just now${said}.` }
      : { type: 'set-up-wrong', reason: `${host} does not take SMTP_USER and its password${said}.` };
  if (CLOSED_BY_SECURITY.has(String(code)) || (code === 'ESOCKET' && CERTIFICATE.test(String(originalCode))))
    return {
      type: 'set-up-wrong',
      reason: `${host} cannot be spoken to securely${typeof originalCode === 'string' ? ` (${originalCode})` : ''}; see SMTP_SECURITY and SMTP_CA_FILE.`,
    };
  if (status === null)
    return {
      type: 'again',
      reason: `${host} cannot be reached (${typeof code === 'string' ? code : 'unknown'}).`,
    };
  if (status < 500 || status === 503)
    return { type: 'later', reason: `${host} asks to come again later${said}.` };
  if (status === 530 || (command === 'MAIL FROM' && status !== 552))
    return { type: 'set-up-wrong', reason: `${host} does not take mail from SMTP_FROM${said}.` };
  if (command === 'RCPT TO' && NO_MAILBOX.has(status))
    return { type: 'no-such-recipients', reason: `${host} takes mail for none of the recipients${said}.` };
  return { type: 'refused', reason: `${host} refused the mail${said}.` };
}

/** The error that a speaker throws for it. */
export function thrownFor(meaning: Meaning): Error {
  switch (meaning.type) {
    case 'set-up-wrong':
      return new TryLater(SET_UP_WRONG_MS, 'workspace', {
        cause: new ExpectedError('email-set-up-wrong', meaning.reason),
      });
    case 'later':
      return new TryLater(LATER_MS, 'channel', { cause: new ExpectedError('email-later', meaning.reason) });
    case 'no-such-recipients':
      return new Gone('channel', meaning.reason);
    case 'refused':
      return new Refused(meaning.reason);
    case 'again':
      return new ExpectedError('email-unreachable', meaning.reason);
    default:
      return meaning satisfies never;
  }
}
