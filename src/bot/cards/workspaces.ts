import type { LinkCodeMade } from '../../core/operations/chat/link-code.js';
import type { WorkspaceReleased, WorkspacesResult } from '../../core/operations/chat/workspaces.js';
import { ask } from '../ask.js';
import type { Card } from '../card.js';
import { count, counted, moment, type Moment } from '../figures.js';

/** Workspaces offered for releasing; others are written. */
const OFFERED = 3;

/** Whose people may ask. */
export function workspacesCard({ items }: WorkspacesResult, _input: unknown, now: Moment): Card {
  return {
    title: 'Chat workspaces',
    tone: 'neutral',
    verdict:
      items.length === 0 ? 'No workspace is bound yet.' : `${counted(items.length, 'workspace')} bound.`,
    parts:
      items.length === 0
        ? []
        : [
            {
              type: 'table',
              title: null,
              columns: [
                { name: 'Platform', align: 'left' },
                { name: 'Id', align: 'left' },
                { name: 'People', align: 'right' },
                { name: 'Bound', align: 'left' },
                { name: 'By', align: 'left' },
              ],
              rows: items.map((one) => [
                one.platform,
                one.here ? `${one.workspace} (here)` : one.workspace,
                count(one.people),
                moment(one.boundAt, now),
                one.boundBy,
              ]),
              more: null,
            },
          ],
    advice:
      items.length === 0
        ? 'A code binds one: link-code ADDRESS binds:yes, and then /dmarc link CODE there'
        : null,
    buttons: items.slice(0, OFFERED).map(({ platform, workspace }) => ({
      label: `Release ${workspace}`,
      command: ask('workspace-release', [platform, workspace]),
    })),
    form: null,
    footer: null,
  };
}

/** That nobody of a workspace is answered any more. */
export function workspaceReleasedCard({ platform, workspace }: WorkspaceReleased): Card {
  return {
    ...bare(
      `Release ${workspace}`,
      `The workspace ${workspace} of ${platform} is released: its people are linked no more, and its settings are gone.`,
    ),
    advice: 'A new code binds it again: link-code ADDRESS binds:yes',
    buttons: [{ label: 'Workspaces', command: 'workspaces' }],
  };
}

/** A code for linking, shown this once. */
export function linkCodeCard(
  { user, code, expiresAt, binds }: LinkCodeMade,
  _input: unknown,
  now: Moment,
): Card {
  return {
    ...bare(
      `Link code for ${user.email}`,
      `With this code a chat account becomes ${user.email} (${user.role})${binds ? ', and its workspace is bound' : ''}. It is good once, until ${moment(expiresAt, now)}:`,
    ),
    parts: [{ type: 'text', text: code }],
    advice: `In Slack, Teams or Discord, best in a direct message to the bot: /dmarc link CODE. Hand it over so that nobody else reads it.`,
    buttons: [{ label: 'Workspaces', command: 'workspaces' }],
  };
}

function bare(title: string, verdict: string): Card {
  return { title, tone: 'good', verdict, parts: [], advice: null, buttons: [], form: null, footer: null };
}
