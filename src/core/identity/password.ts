import { lazily } from '../report/loading.js';

/** Characters, as people count them. */
export const SHORTEST_PASSWORD = 12;
/** bcrypt reads so many bytes and no more; a longer password is refused rather than cut unseen. */
const MOST_BYTES = 72;
/** Of zxcvbn's 0 to 4: "safely unguessable", moderate protection from offline guessing. */
const LEAST_SCORE = 3;
/** zxcvbn counts three known words as safe, whichever they are: so much has to be left beside the person's own. */
const SHORTEST_BESIDE_WORDS = 8;
/** Shorter words of a person are parts of other words too. */
const SHORTEST_OWN_WORD = 4;
/** What everybody here would think of first. */
const OUR_WORDS = ['dmarc', 'dmarcops', 'dmarc-ops'];

/** What is wrong with a password, as a code and the sentence that says what to do. */
export interface PasswordFault {
  readonly code: 'password-too-short' | 'password-too-long' | 'password-unusable' | 'password-too-weak';
  readonly message: string;
}

/**
 * A password in the one form in which it is hashed and compared: keyboards write the same letters in different ways
 * (NIST SP 800-63B §3.1.1.2: NFKC).
 */
export function normalPassword(password: string): string {
  return password.normalize('NFKC');
}

/** Whether bcrypt reads all of a password: it stops at NUL and at 72 bytes. */
export function isHashable(password: string): boolean {
  return Buffer.byteLength(password) <= MOST_BYTES && !password.includes('\0');
}

/** What is wrong with a new password; null where it is good. `words` are the person's own, such as the address. */
export async function passwordFault(
  password: string,
  words: readonly string[],
): Promise<PasswordFault | null> {
  const normal = normalPassword(password);
  if (countCharacters(normal) < SHORTEST_PASSWORD)
    return {
      code: 'password-too-short',
      message: `The password is too short: at least ${SHORTEST_PASSWORD} characters; a few words that have nothing to do with each other are good.`,
    };
  if (Buffer.byteLength(normal) > MOST_BYTES)
    return {
      code: 'password-too-long',
      message: `The password is too long: at most ${MOST_BYTES} bytes, which are ${MOST_BYTES} plain letters.`,
    };
  if (!isHashable(normal))
    return { code: 'password-unusable', message: 'The password must not hold the character NUL.' };
  if (countCharacters(withoutWords(normal, ownWords(words))) < SHORTEST_BESIDE_WORDS)
    return {
      code: 'password-too-weak',
      message: 'The password is made of your name or address; add words that have nothing to do with you.',
    };
  const { score, feedback } = (await strength()).check(normal, ownWords(words));
  if (score >= LEAST_SCORE) return null;
  const hints = [feedback.warning ?? '', ...feedback.suggestions].filter((hint) => hint !== '');
  return {
    code: 'password-too-weak',
    message: ['The password is too easy to guess.', ...hints].join(' '),
  };
}

function withoutWords(password: string, words: readonly string[]): string {
  return words
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= SHORTEST_OWN_WORD)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, word) => rest.replaceAll(word, ''), password.toLowerCase());
}

/** Code points; one letter beyond the first plane is one character, as people see it. */
function countCharacters(text: string): number {
  return text.replaceAll(/./gsu, '.').length;
}

/** The words whole and in their parts: `ada.lovelace@example.com` is guessed by its pieces too. */
function ownWords(words: readonly string[]): string[] {
  const parts = words.flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)]);
  return [...new Set([...parts, ...OUR_WORDS])].filter((word) => word.length >= 2);
}

/** Its dictionaries take 80 MB and half a second: loaded when the first password is set. */
const strength = lazily(async () => {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
  });
});
