import type { UserReset } from '../../core/operations/passwords.js';
import type { SetupCode } from '../../core/operations/setup-code.js';
import type { UserChanged, UserCreated, UserItem } from '../../core/operations/users.js';
import { ask } from '../ask.js';
import type { Button, Card, CardPart } from '../card.js';
import { counted, moment, type Moment } from '../figures.js';

/** A new user, and the code with which they set their password. */
export function userCreatedCard({ user, setup }: UserCreated, _input: unknown, now: Moment): Card {
  return {
    ...done(`New user ${user.email}`, `${user.email} may sign in as ${user.role} once a password is set.`),
    parts: codeParts(setup, now),
    advice: HAND_OVER,
    buttons: [{ label: 'Users', command: 'users' }],
  };
}

/** A password taken away, and the code for another. */
export function userResetCard(
  { user, setup, ended, keysRevoked, linksEnded }: UserReset,
  _input: unknown,
  now: Moment,
): Card {
  return {
    ...done(
      `Reset ${user.email}`,
      `The password of ${user.email} is gone${ended === 0 ? '' : `, ${counted(ended, 'sign-in')} ended`}${keysRevoked === 0 ? '' : `, ${counted(keysRevoked, 'key')} revoked`}${linksEnded === 0 ? '' : `, ${counted(linksEnded, 'chat link')} ended`}.`,
    ),
    parts: codeParts(setup, now),
    advice: HAND_OVER,
    buttons: [{ label: 'Users', command: 'users' }],
  };
}

/** The role that a user has now. */
export function userRoleCard({ user, changed, roleBefore }: UserChanged): Card {
  return changedCard(`Role of ${user.email}`, changed, {
    done: `${user.email} is ${user.role} now, and was ${roleBefore} before; it holds at once.`,
    before: `${user.email} was ${user.role} already; nothing changed.`,
    undo: { label: `Back to ${roleBefore}`, command: ask('user-role', [user.email, roleBefore]) },
  });
}

/** That a user is locked out. */
export function userDisabledCard({ user, changed }: UserChanged): Card {
  return changedCard(`Lock out ${user.email}`, changed, {
    done: `${user.email} is locked out: sign-ins have ended, and API keys of theirs are refused.`,
    before: `${user.email} was locked out already; nothing changed.`,
    undo: { label: 'Let in again', command: ask('user-enable', [user.email]) },
  });
}

/** That a user is let in again. */
export function userEnabledCard({ user, changed }: UserChanged): Card {
  return changedCard(`Let in ${user.email}`, changed, {
    done: `${user.email} is let in again as ${user.role}; ${wayIn(user)}.`,
    before: `${user.email} was not locked out; nothing changed.`,
    undo: { label: 'Lock out', command: ask('user-disable', [user.email]) },
  });
}

const HAND_OVER =
  'Hand the code over in a way that nobody else reads; whoever has it can set the password (POST /v1/set-password).';

function wayIn(user: UserItem): string {
  return user.passwordSet
    ? 'the password and API keys are good as before'
    : `there is no password: ${ask('user-reset', [user.email])} gives a code for one`;
}

function codeParts({ code, expiresAt }: SetupCode, now: Moment): CardPart[] {
  return [
    {
      type: 'text',
      text: `The code for setting a password, shown this once; good until ${moment(expiresAt, now)}:`,
    },
    { type: 'text', text: code },
  ];
}

function changedCard(
  title: string,
  changed: boolean,
  told: { readonly done: string; readonly before: string; readonly undo: Button },
): Card {
  return {
    ...done(title, changed ? told.done : told.before),
    tone: changed ? 'good' : 'neutral',
    buttons: [...(changed ? [told.undo] : []), { label: 'Users', command: 'users' }],
  };
}

function done(title: string, verdict: string): Card {
  return { title, tone: 'good', verdict, parts: [], advice: null, buttons: [], form: null, footer: null };
}
