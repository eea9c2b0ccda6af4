import { cutText, ownText } from '../text.js';

/** Characters of one member name that are kept; reporters' names have about 100. */
const NAME_LENGTH = 200;
/** Characters of a whole path. */
const PATH_LENGTH = 600;

/**
 * A member's name as it can be shown: no control or bidirectional characters, no way up or to the root, bounded.
 * Names come from hostile archives and mails; nothing opens a file by them.
 */
export function cleanName(name: string): string {
  const clean = name
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replaceAll('\\', '/')
    .split('/')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
  return ownText(cut(clean, NAME_LENGTH));
}

/** The path of a member inside the member that holds it; null stands for the file itself. */
export function joinPath(outer: string | null, name: string): string {
  return outer === null ? name : cut(`${outer}/${name}`, PATH_LENGTH);
}

/** Gives names that are different within one container, so that every document can be told by its path. */
export function uniqueNames(): (name: string, fallback: string) => string {
  const seen = new Map<string, number>();
  return (name, fallback) => {
    const clean = cleanName(name) || fallback;
    const count = (seen.get(clean) ?? 0) + 1;
    seen.set(clean, count);
    return count === 1 ? clean : `${clean}#${count}`;
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${cutText(text, length - 1)}…`;
}
