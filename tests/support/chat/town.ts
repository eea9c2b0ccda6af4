import { linkCode } from '../../../src/core/operations/chat/link-code.js';
import type { Context, Role } from '../../../src/core/operations/operation.js';
import { perform } from '../../../src/core/operations/perform.js';
import { userCreate } from '../../../src/core/operations/users.js';
import { testSystem, type TestSystem } from '../context.js';
import type { MovedClock } from './clock.js';
import { startDiscordSide } from './discord.js';
import { startService, type Service } from './service.js';
import { ask, type ChatUser, type Side } from './side.js';
import { startSlackSide } from './slack.js';
import { startTeamsSide } from './teams.js';

/** The tenant that the service is of. */
const TENANT = 'default';

/** The service with all three platforms, on a database of its own. */
export interface Town {
  readonly system: TestSystem;
  /** Of the command line: an admin of the service's own tenant, at the time of the clock. */
  readonly admin: Context;
  readonly slack: Awaited<ReturnType<typeof startSlackSide>>;
  readonly teams: Awaited<ReturnType<typeof startTeamsSide>>;
  readonly discord: Awaited<ReturnType<typeof startDiscordSide>>;
  readonly sides: readonly Side[];
  readonly service: () => Service;
  /** Starts the service, after a kill again; the platforms are told where it is. */
  start(environment?: Readonly<Record<string, string>>): Promise<Service>;
  /** Somebody of a platform who is a user with this role; a workspace that is not bound yet is bound by them. */
  member(side: Side, name: string, role: Role, beside?: ChatUser): Promise<ChatUser>;
  close(): Promise<void>;
}

/** Opens it; with a clock that can be moved, the service and the platforms follow it. */
export async function openTown(
  way: 'http' | 'socket' = 'http',
  clock: MovedClock | null = null,
): Promise<Town> {
  const system = await testSystem();
  const admin = await system.context(TENANT, { now: clock?.now ?? (() => new Date()) });
  const [slack, teams, discord] = await Promise.all([
    startSlackSide(way, clock?.now),
    startTeamsSide(),
    startDiscordSide(),
  ]);
  const sides = [slack, teams, discord];
  const bound = new Set<Side>();
  let service: Service | null = null;
  clock?.follow((moved) => service?.move(moved));
  let passed = 0;
  clock?.follow((moved) => {
    discord.fake.pass(moved - passed);
    passed = moved;
  });
  return {
    system,
    admin,
    slack,
    teams,
    discord,
    sides,
    service: () => {
      if (service === null) throw new Error('the service was not started');
      return service;
    },
    start: async (environment = {}) => {
      const all: Record<string, string> = Object.assign({}, ...sides.map((side) => side.environment));
      service = await startService(system.url, { ...all, ...environment }, clock?.moved());
      for (const side of sides) if (!isOff(service, side)) await side.reach(service.url);
      return service;
    },
    member: async (side, name, role, beside) => {
      const email = `${name}.${side.name}@members.example`;
      await perform(userCreate, admin, { email, role });
      const { code } = await perform(linkCode, admin, { email, binds: !bound.has(side) });
      const user = side.user(name, beside);
      const { text } = await ask(user, `link ${code}`);
      if (!text.includes('here from now on')) throw new Error(`${side.name}: nobody was linked: ${text}`);
      bound.add(side);
      return user;
    },
    close: async () => {
      await service?.stop();
      await Promise.all(sides.map((side) => side.stop()));
      await system.close();
    },
  };
}

/** Whether start-up said that a platform is off. */
function isOff(service: Service, { name }: Side): boolean {
  return new RegExp(`^${name}: +off`, 'imu').test(service.told());
}
