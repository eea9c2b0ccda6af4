import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { AnswerFile } from '../platform.js';
import { visible } from '../characters/text.js';

/** More files of one name are a mistake. */
const MOST_COPIES = 100;

/** Writes a file that goes with an answer into the working directory, over no other; gives a line that says where. */
export async function saveFile({ name, bytes }: AnswerFile): Promise<string> {
  const { name: stem, ext } = path.parse(path.basename(name));
  for (let copy = 1; copy <= MOST_COPIES; copy += 1) {
    const file = `${stem}${copy === 1 ? '' : `-${copy}`}${ext}`;
    try {
      await writeFile(file, bytes, { flag: 'wx' });
      return `  Written to ${visible(path.resolve(file))}`;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EEXIST')
        return `  ${file} could not be written here (${code ?? 'unknown'}); ask from another folder.`;
    }
  }
  return `  ${visible(name)} was not written: there are ${MOST_COPIES} files of that name here already.`;
}
