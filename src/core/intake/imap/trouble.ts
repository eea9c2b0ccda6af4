import type { ImapFlowError } from 'imapflow';
import { SourceError } from '../source.js';

/** How soon it makes sense to try again: `later` where a person has to do something, or an account could be locked. */
export type Again = 'soon' | 'later';

/** What kept a mailbox from being read: a code, and one sentence that says what to do next. No secrets. */
export class MailboxTrouble extends SourceError {
  readonly again: Again;

  constructor(code: string, message: string, again: Again, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'MailboxTrouble';
    this.again = again;
  }
}

/** Whether the server refused one command, and others may go on. */
export function isRefused(error: unknown): error is MailboxTrouble {
  return error instanceof MailboxTrouble && error.code === 'server-refused';
}

/** What a sentence may name. */
export interface Where {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly kind: 'password' | 'token';
  /** Never shown: taken out of what the server says. */
  readonly secret: string;
}

type Say = (where: Where) => readonly [code: string, message: string, again: Again];

const untrusted: Say = ({ host }) => [
  'certificate-untrusted',
  `The certificate of ${host} is signed by nobody known here: if the server is yours, give its authority's certificate as ca; else do not sign in there.`,
  'later',
];
const unreachable: Say = ({ host, port }) => [
  'host-unreachable',
  `Nothing answers at ${host}, port ${port}: check host, port and firewall.`,
  'soon',
];
const unknownHost: Say = ({ host }) => [
  'host-unknown',
  `There is no host named ${host}: check its spelling.`,
  'soon',
];
const silent: Say = ({ host, port }) => [
  'no-answer',
  `${host} accepted the connection at port ${port} or the way there is blocked, and nothing came back in time: check port and security (tls is 993, starttls 143) and the firewall.`,
  'soon',
];
const lost: Say = ({ host }) => [
  'connection-lost',
  `The connection to ${host} ended in the middle of the work; it is made again, and nothing is lost.`,
  'soon',
];
const garbled: Say = ({ host }) => [
  'server-answer-broken',
  `${host} answered in a way that IMAP does not allow; where it goes on, tell who runs the server.`,
  'soon',
];
const tlsFailed: Say = ({ host, port }) => [
  'tls-failed',
  `TLS with ${host} at port ${port} could not be agreed on: where the port is 143, set security to starttls.`,
  'later',
];

/** By the code of Node.js (TLS, DNS, sockets) or of imapflow (ImapFlowErrorCode). */
const BY_CODE: Readonly<Record<string, Say>> = {
  CERT_HAS_EXPIRED: ({ host }) => [
    'certificate-expired',
    `The certificate of ${host} has expired: whoever runs the server has to renew it; also check the clock of this machine.`,
    'later',
  ],
  CERT_NOT_YET_VALID: ({ host }) => [
    'certificate-early',
    `The certificate of ${host} is not valid yet: check the clock of this machine, and of the server.`,
    'later',
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: ({ host }) => [
    'certificate-other-name',
    `The certificate that ${host} shows is for another name: use the host name that the mail provider gives.`,
    'later',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_UNTRUSTED: untrusted,
  CERT_REVOKED: untrusted,
  INVALID_CA: untrusted,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: ({ host }) => [
    'name-not-resolved',
    `The name ${host} cannot be looked up now: check the network and its DNS; it is tried again.`,
    'soon',
  ],
  ECONNREFUSED: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: silent,
  CONNECT_TIMEOUT: silent,
  GREETING_TIMEOUT: silent,
  UPGRADE_TIMEOUT: silent,
  EPROTO: tlsFailed,
  STARTTLS_INJECTION: tlsFailed,
  ECONNRESET: lost,
  EPIPE: lost,
  NoConnection: lost,
  EConnectionClosed: lost,
  StateLogout: lost,
  ClosedAfterConnectTLS: lost,
  ClosedAfterConnectText: lost,
  ETIMEOUT: lost,
  InvalidResponse: garbled,
  UnexpectedTag: garbled,
  ResponseProcessingFailed: garbled,
  LineTooLarge: garbled,
  LiteralTooLarge: garbled,
  ResponseTooLarge: garbled,
  MAX_IMAP_NESTING_REACHED: garbled,
};

/** Puts what imapflow, Node.js or the server says into a sentence; other errors come back as they are. */
export function troubleOf(error: unknown, where: Where): unknown {
  if (!(error instanceof Error) || error instanceof MailboxTrouble) return error;
  const said = say(error, where);
  if (said === null) return error;
  const [code, message, again] = said;
  return new MailboxTrouble(code, message, again, { cause: error });
}

function say(error: ImapFlowError, where: Where): ReturnType<Say> | null {
  if (error.authenticationFailed === true) return signIn(error, where);
  const code = error.code ?? '';
  const known = BY_CODE[code];
  if (known) return known(where);
  if (code.startsWith('ParserError')) return garbled(where);
  if (error.tlsFailed === true)
    return [
      'starttls-missing',
      `${where.host} offers no STARTTLS at port ${where.port}, so the password was not sent: set security to tls (port 993).`,
      'later',
    ];
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) return tlsFailed(where);
  if (error.message === 'Unsupported authentication mechanism') return noWay(where);
  if (error.responseStatus === undefined) return null;
  return refused(error, where);
}

function noWay({ host }: Where): ReturnType<Say> {
  return [
    'sign-in-not-offered',
    `${host} takes no sign-in of this kind: use a password where a token is set, or a token (OAuth2) where a password is.`,
    'later',
  ];
}

/** RFC 5530 §3: these codes say that the password may well be right. */
const PASSING_CODES: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG']);

function signIn(error: ImapFlowError, where: Where): ReturnType<Say> {
  const { host, user, kind } = where;
  if (error.message === 'Login is disabled') return noWay(where);
  if (PASSING_CODES.has(error.serverResponseCode ?? ''))
    return [
      'sign-in-unavailable',
      `${host} cannot check sign-ins now; it is tried again.${words(error, where)}`,
      'soon',
    ];
  const refusal =
    kind === 'token'
      ? `${host} refused the access token of ${user}: see to the program that keeps it fresh, and that it is for this mailbox and for IMAP.`
      : `${host} refused the sign-in of ${user}: set a valid password (Gmail wants an app password, Microsoft 365 an access token).`;
  return ['sign-in-refused', refusal + words(error, where), 'later'];
}

/** A command that the server answered with NO or BAD. */
function refused(error: ImapFlowError, where: Where): ReturnType<Say> {
  const { host, user } = where;
  switch (error.serverResponseCode) {
    case 'OVERQUOTA':
      return [
        'mailbox-full',
        `The mailbox of ${user} is over its quota, so mail that was taken stays where it is: delete old mail or raise the quota.`,
        'soon',
      ];
    case 'TRYCREATE':
    case 'NONEXISTENT':
      return ['folder-gone', 'A folder of the mailbox was removed; it is made again.', 'soon'];
    case 'NOPERM':
      return [
        'folder-refused',
        `${user} may not do this in the mailbox: give the account the rights to read, move and delete mail there.${words(error, where)}`,
        'later',
      ];
    default:
      return ['server-refused', `${host} refused a command.${words(error, where)}`, 'soon'];
  }
}

/** Characters of a server's own words that are shown. */
const WORDS = 160;

/** What the server said itself, in one line. */
function words(error: ImapFlowError, { secret }: Where): string {
  const said = error.responseText ?? (typeof error.response === 'string' ? error.response : '');
  const plain = said
    .replaceAll(secret, '…')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  if (plain === '') return '';
  return ` The server says: ${plain.length > WORDS ? `${plain.slice(0, WORDS)}…` : plain}`;
}
