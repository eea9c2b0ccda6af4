import type { Linked, Unlinked } from '../../core/operations/chat/link.js';
import type { Card, CardPart } from '../card.js';
import type { Command } from '../command.js';

/** Cards about who may ask in a chat, and about requests that could not be answered as usual. */

/** A workspace that is bound to no tenant: three steps to the first answer. */
export function unboundCard(): Card {
  return {
    ...bare(
      'Welcome to dmarc-ops',
      'warning',
      'This workspace is not connected yet: an admin binds it once.',
    ),
    parts: [
      steps([
        'On the machine that runs dmarc-ops: dmarc-ops user-create you@example.com admin, then dmarc-ops link-code you@example.com --binds',
        'Here, or in a direct message to the bot: /dmarc link CODE',
        'Ask: /dmarc summary',
      ]),
    ],
    advice: 'The code is good for one hour and once; the machine needs no open port for it.',
  };
}

/** A bound workspace, for people who meet the bot there first. */
export function welcomeCard(): Card {
  return {
    ...bare(
      'Welcome to dmarc-ops',
      'neutral',
      'Ask how the mail of your domains does: three steps to the first answer.',
    ),
    parts: [
      steps([
        '/dmarc whoami tells whether you are linked to a user; most people are linked by their address',
        'Where you are not: an admin gives you a code with /dmarc link-code you@example.com, and you bring it with /dmarc link CODE',
        'Ask: /dmarc summary, or /dmarc summary example.com 30d',
      ]),
    ],
    buttons: [
      { label: 'Summary', command: 'summary' },
      { label: 'Domains', command: 'domains' },
      { label: 'Help', command: 'help' },
    ],
  };
}

/** Somebody of a bound workspace who is no user yet; what they asked waits. */
export function unlinkedCard({ waits = true } = {}): Card {
  return {
    ...bare(
      'Not linked yet',
      'warning',
      `You are not linked to a user of dmarc-ops yet. ${waits ? 'What you asked is carried out as soon as you are.' : 'What you asked may hold a secret and is kept nowhere: write it again when you are.'}`,
    ),
    parts: [
      steps([
        'Ask an admin for a code: they write /dmarc link-code YOUR-ADDRESS (or dmarc-ops link-code YOUR-ADDRESS on the machine)',
        'Bring it within an hour, best in a direct message to the bot: /dmarc link CODE',
      ]),
    ],
    advice: 'You are linked by yourself when the platform confirms the address that you are a user with.',
  };
}

/** A user who is locked out. */
export function lockedOutCard(): Card {
  return {
    ...bare('Locked out', 'bad', 'Your user is locked out, so nothing is answered here.'),
    advice: 'An admin can let you in again: user enable ADDRESS',
  };
}

/** That a chat account is a user from now on. */
export function linkCard(linked: Linked | null): Card {
  if (linked === null)
    return operatorCard(
      'No link needed',
      'Codes are brought in the chat that shall know you: /dmarc link CODE in Slack, Teams or Discord.',
    );
  const { user, bound } = linked;
  return {
    ...bare(
      'Linked',
      'good',
      `You are ${user.name === user.email ? user.email : `${user.name} (${user.email})`} here from now on.${bound ? ' This workspace is bound, so its people can ask.' : ''}`,
    ),
    advice: bound
      ? 'Others are linked by their address where they are users: user create ADDRESS ROLE'
      : null,
    buttons: [
      { label: 'Summary', command: 'summary' },
      { label: 'Who am I', command: 'whoami' },
    ],
  };
}

/** That a chat account is nobody's any more. */
export function unlinkCard(unlinked: Unlinked | null): Card {
  if (unlinked === null)
    return operatorCard(
      'No link to end',
      'workspace-release PLATFORM WORKSPACE ends all links of a workspace; user disable ADDRESS locks a user out.',
    );
  return {
    ...bare('Link ended', 'good', `You are ${unlinked.email} here no more.`),
    advice: 'Where the platform confirms your address, your next question links you again.',
  };
}

/** Whoever sits at the terminal is known without a link. */
function operatorCard(title: string, advice: string): Card {
  return {
    ...bare(title, 'neutral', 'You are the local operator here: whoever has the shell is admin.'),
    advice,
  };
}

/** Something that changes things, and was interrupted: it is never done twice. */
export function interruptedCard({ name }: Command): Card {
  const look = WHERE_TO_LOOK.find(({ commands }) => commands.includes(name))?.look ?? 'audit';
  return {
    ...bare(
      `Interrupted: ${name}`,
      'warning',
      `${name} was interrupted when the service was restarted. It may be done, or not; it was not done again.`,
    ),
    advice: `Look first: ${look}. Then ask again if it is needed.`,
    buttons: [{ label: `${look.slice(0, 1).toUpperCase()}${look.slice(1)}`, command: look }],
  };
}

/** That what would have changed something was left undone, because nobody was there when it was asked. */
export function tooLateCard({ name }: Command): Card {
  return {
    ...bare(
      `Not done: ${name}`,
      'warning',
      `The service was away when you asked, so ${name} was not done. Ask again if it is still needed.`,
    ),
  };
}

/** That a request was given up after several tries. */
export function givenUpCard(): Card {
  return bare(
    'No answer',
    'warning',
    'This was begun several times and never came to an end, so it is not begun again. Ask for less at once, or look into the log of the service.',
  );
}

/** Where what a command would have done can be seen; the audit says it of all. */
const WHERE_TO_LOOK: readonly { readonly commands: readonly string[]; readonly look: string }[] = [
  { commands: ['upload', 'ingest', 'fetch', 'redrive', 'reprocess'], look: 'status' },
  { commands: ['claim', 'release'], look: 'domains' },
  { commands: ['key-create', 'key-revoke'], look: 'keys' },
  { commands: ['user-create', 'user-role', 'user-disable', 'user-enable', 'user-reset'], look: 'users' },
  { commands: ['link', 'unlink'], look: 'whoami' },
  { commands: ['settings-set'], look: 'settings' },
  { commands: ['retention-set'], look: 'retention' },
  { commands: ['workspace-release'], look: 'workspaces' },
];

/** A button whose command line is kept no more. */
export function oldButtonCard(): Card {
  return {
    ...bare('Too old', 'warning', 'This button is too old to be known. Ask for its card anew.'),
    buttons: [{ label: 'Help', command: 'help' }],
  };
}

/** Trouble before it was known who asks or what. */
export function plainTroubleCard(title: string, message: string): Card {
  return bare(title, 'warning', message);
}

/** An answer to what held a code that was good until then. */
export function codeVoidCard(card: Card): Card {
  const says =
    'The code that you wrote is void now, for others may have seen it. An admin gives a new one: link-code ADDRESS';
  return { ...card, verdict: `${card.verdict} ${says}` };
}

function steps(texts: readonly string[]): CardPart {
  return { type: 'facts', facts: texts.map((value, at) => ({ name: `${at + 1}.`, value })) };
}

function bare(title: string, tone: Card['tone'], verdict: string): Card {
  return { title, tone, verdict, parts: [], advice: null, buttons: [], form: null, footer: null };
}
