import { link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/** What tells a file from another one that took its name, and from itself after somebody wrote to it. */
export interface FileIdentity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/** Whether both are the same file with, as far as its times tell, the same content. */
export function isSame(a: FileIdentity, b: FileIdentity): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mtimeNs === b.mtimeNs;
}

/** The identity of what is there; null where nothing is. */
export async function identityOf(path: string): Promise<FileIdentity | null> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Moves a file into a folder, under another name where its own is taken there; nothing is overwritten. Leaves it where
 * it is, and gives false, when it is not the file that is meant any more. Throws what the file system throws.
 */
export async function moveInto(folder: string, path: string, meant: FileIdentity): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const target = await reserve(folder, basename(path));
  const there = await identityOf(path);
  if (there === null || !isSame(there, meant)) {
    await unlink(target);
    return false;
  }
  await rename(path, target);
  const moved = await identityOf(target);
  if (moved !== null && isSame(moved, meant)) return true;
  await putBack(target, path);
  return false;
}

/** A name of its own in the folder, held by an empty file. */
async function reserve(folder: string, name: string): Promise<string> {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let number = 1; ; number += 1) {
    const path = join(folder, number === 1 ? name : `${stem}~${number}${extension}`);
    try {
      await (await open(path, 'wx', 0o600)).close();
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Another file took the name at the very moment of the move: it has to be looked at. */
async function putBack(from: string, path: string): Promise<void> {
  try {
    await link(from, path);
    await unlink(from);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await rename(from, await reserve(dirname(path), basename(path)));
  }
}
