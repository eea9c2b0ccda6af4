import type { WhoAmI } from '../../core/operations/chat/whoami.js';
import { includesRole } from '../../core/identity/role.js';
import type { Card } from '../card.js';
import type { Command } from '../command.js';
import { moment, type Moment } from '../figures.js';

const WAYS: Readonly<Record<WhoAmI['by'], string>> = {
  shell: 'as the local operator: whoever has the shell is admin',
  key: 'by an API key',
  'sign-in': 'by signing in',
  chat: 'by your chat account',
};

/** Who asks, how they are linked, and what they may do. */
export function whoamiCard(who: WhoAmI, commands: readonly Command[], now: Moment): Card {
  const may = commands.filter(({ operation }) => includesRole(who.role, operation.role));
  const names = (effect: 'reads' | 'changes') =>
    may
      .filter(({ operation }) => operation.effect === effect)
      .map(({ name }) => name)
      .join(', ');
  const changes = names('changes');
  return {
    title: 'Who am I',
    tone: 'neutral',
    verdict: `You are ${who.name}, with the role ${who.role}, ${WAYS[who.by]}.`,
    parts: [
      {
        type: 'facts',
        facts: [
          ...(who.link === null
            ? []
            : [
                {
                  name: 'Linked',
                  value: who.link.email,
                  note: `by ${who.link.how === 'email' ? 'the address that the platform confirmed' : 'a code'}, ${moment(who.link.since, now)}`,
                },
              ]),
          { name: 'May ask', value: names('reads') },
          ...(changes === '' ? [] : [{ name: 'May change', value: changes }]),
        ],
      },
    ],
    advice: who.role === 'admin' ? null : 'An admin can give you another role: user role ADDRESS ROLE',
    buttons: [{ label: 'Help', command: 'help' }],
    form: null,
    footer: null,
  };
}
