import { rm } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { buildPrograms, compilePrograms } from './build.js';
import { startServer } from './postgres-server.js';
import { makeScratchFolder } from './scratch.js';
import { makeTemplate } from './template.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the server for this run; its database is not to be written to. */
    readonly postgresUrl: string;
    /** A database that is migrated and empty, to be copied. */
    readonly migratedTemplate: string;
    /** The folder of programs that are ready to run. */
    readonly programs: string;
  }
}

/** What all test files share: a server with a migrated database to copy, and the programs that tests start. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const ends: (() => Promise<unknown>)[] = [];
  const end = async (): Promise<void> => {
    for (const one of ends.splice(0).toReversed()) await one();
  };
  const serve = async (): Promise<void> => {
    const server = await startServer();
    ends.push(server.stop);
    project.provide('postgresUrl', server.url);
    const template = await makeTemplate(server.url);
    ends.push(template.drop);
    project.provide('migratedTemplate', template.name);
  };
  const programs = makeScratchFolder();
  ends.push(() => rm(programs, { recursive: true, force: true }));
  project.provide('programs', programs);

  const [built, served] = await Promise.allSettled([buildPrograms(programs), serve()]);
  for (const one of [built, served])
    if (one.status === 'rejected') {
      await end();
      throw one.reason;
    }
  project.onTestsRerun(() => compilePrograms(programs));
  return end;
}
