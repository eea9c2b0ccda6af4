import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROJECT = fileURLToPath(new URL('../tsconfig.programs.json', import.meta.url));
/** What programs look for beside their code. */
const BESIDE = ['package.json', 'node_modules', 'migrations', 'scenarios'];

/** Makes a folder in which programs are as in the project, but ready to run; throws what the compiler says. */
export async function buildPrograms(folder: string): Promise<void> {
  await Promise.all(BESIDE.map((name) => symlink(path.join(ROOT, name), path.join(folder, name))));
  await compilePrograms(folder);
}

/** The code alone, once more. Types are left to `npm run check`. */
export async function compilePrograms(folder: string): Promise<void> {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  try {
    await promisify(execFile)(process.execPath, [compiler, '-p', PROJECT, '--outDir', folder]);
  } catch (error) {
    throw new Error(`The programs of the tests cannot be built: ${(error as { stdout?: string }).stdout}`, {
      cause: error,
    });
  }
}
