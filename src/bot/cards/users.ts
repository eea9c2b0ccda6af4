import type { UserItem, UsersResult } from '../../core/operations/users.js';
import type { Asked } from '../ask.js';
import type { Card } from '../card.js';
import { ago, counted, type Moment } from '../figures.js';
import { nextButton } from './questions.js';

/** Who may sign in. */
export function usersCard({ items, next }: UsersResult, input: Asked, now: Moment): Card {
  const waiting = items.filter((user) => !user.passwordSet && !user.disabled).length;
  return {
    title: 'Users',
    tone: 'neutral',
    verdict: verdictOf(items.length, waiting),
    parts:
      items.length === 0
        ? []
        : [
            {
              type: 'table',
              title: null,
              columns: ['Address', 'Name', 'Role', 'State', 'Last sign-in'].map((name) => ({
                name,
                align: 'left',
              })),
              rows: items.map((user) => [
                user.email,
                user.name === user.email ? '' : user.name,
                user.role,
                stateOf(user),
                user.lastSignIn === null ? 'never' : ago(user.lastSignIn, now),
              ]),
              more: next === null ? null : 'There are more.',
            },
          ],
    advice: items.length === 0 ? 'Let somebody in: user create ada@example.com admin' : null,
    buttons: [
      ...nextButton('users', [], input, next),
      { label: 'Keys', command: 'keys' },
      { label: 'Audit', command: 'audit' },
    ],
    form: null,
    footer: null,
  };
}

function verdictOf(users: number, waiting: number): string {
  if (users === 0) return 'Nobody may sign in yet.';
  const many = counted(users, 'user');
  return waiting === 0 ? `${many}.` : `${many}, of whom ${waiting} set no password yet.`;
}

function stateOf(user: UserItem): string {
  if (user.disabled) return 'locked out';
  return user.passwordSet ? 'can sign in' : 'no password yet';
}
