import type { ChartResult } from '../../../src/core/operations/chart.js';
import type { LinkCodeMade } from '../../../src/core/operations/chat/link-code.js';
import type { Linked, Unlinked } from '../../../src/core/operations/chat/link.js';
import type { SettingsResult } from '../../../src/core/operations/chat/settings.js';
import type { TakenFiles } from '../../../src/core/operations/chat/take-files.js';
import type { WhoAmI } from '../../../src/core/operations/chat/whoami.js';
import type { WorkspaceReleased, WorkspacesResult } from '../../../src/core/operations/chat/workspaces.js';
import type { ExportedFile } from '../../../src/core/operations/export-file.js';
import type { TimelineResult } from '../../../src/core/operations/series.js';
import type { Invented } from './results.js';

/** Invented answers of the operations that chats ask. Ids of workspaces and zones are checked before they are kept. */
export function chatAnswers({ size, messages, name, domain }: Invented, timeline: TimelineResult) {
  const several = Array.from({ length: Math.min(size, 30) }, (_, at) => at);
  const files: TakenFiles['files'] = several.map((at) => ({
    name: name(at),
    sha256: 'ab'.repeat(32),
    size: 1_000,
    known: at === 1,
    task: '00000000-0000-4000-8000-000000000000',
    read:
      at === 2
        ? null
        : {
            id: '00000000-0000-4000-8000-000000000000',
            source: 'upload',
            size: 1_000,
            queue: null,
            name: name(at),
            state: 'done',
            failures: 0,
            unfinished: 0,
            code: null,
            message: null,
            receivedAt: '2026-03-18T06:00:00.000Z',
            endedAt: '2026-03-18T06:00:01.000Z',
            nextTryAt: null,
            removedAt: null,
            documents: several.slice(0, 5).map((document) => ({
              kind: 'aggregate',
              outcome: document === 1 ? 'unreadable' : 'stored',
              member: name(document),
              reportId: document === 1 ? null : document,
              messages,
              problems: 1,
              code: null,
              message: document === 1 ? name(document) : null,
            })),
          },
  }));
  const settings: SettingsResult = {
    domain,
    zone: 'Europe/Berlin',
    dates: 'day-first',
    changeable: size > 0,
    domains: several.slice(0, 20).map(name),
  };
  const chart: ChartResult = { kind: 'disposition', result: timeline };
  const upload: TakenFiles = { files, broken: size > 20 ? name(0) : null };
  const exported: ExportedFile = { kind: 'reports', fileName: 'reports.csv', text: 'report\r\n', rows: size };
  const whoami: WhoAmI = {
    name: name(0),
    role: 'admin',
    by: 'chat',
    link: size > 0 ? { email: 'ada@example.com', how: 'email', since: '2026-03-18T06:00:00.000Z' } : null,
  };
  const workspaces: WorkspacesResult = {
    items: several.map((at) => ({
      platform: 'slack',
      workspace: `T${at}`,
      boundAt: '2026-03-18T06:00:00.000Z',
      boundBy: name(at),
      people: size,
      here: at === 0,
    })),
  };
  const released: WorkspaceReleased = { platform: 'slack', workspace: 'T0' };
  const linked: Linked = {
    tenant: 1,
    user: { id: 1, email: 'ada@example.com', name: name(0) },
    bound: size > 0,
  };
  const unlinked: Unlinked = { email: 'ada@example.com' };
  const made: LinkCodeMade = {
    user: {
      email: 'ada@example.com',
      name: name(0),
      role: 'admin',
      disabled: false,
      passwordSet: true,
      createdAt: '2026-03-01T00:00:00.000Z',
      lastSignIn: null,
    },
    code: `dml_${'A'.repeat(48)}`,
    expiresAt: '2026-03-18T13:00:00.000Z',
    binds: size > 0,
  };
  return {
    chart,
    upload,
    export: exported,
    whoami,
    workspaces,
    'workspace-release': released,
    link: linked,
    unlink: unlinked,
    'link-code': made,
    settings,
    'settings-set': settings,
    share: { alone: false },
  };
}
