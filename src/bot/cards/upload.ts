import type { TakenFiles } from '../../core/operations/chat/take-files.js';
import { ask } from '../ask.js';
import type { Button, Card, Fact, Tone } from '../card.js';
import { count, counted } from '../figures.js';

/** Files that are told one by one. */
const TOLD = 20;

type Taken = TakenFiles['files'][number];
type Document = NonNullable<Taken['read']>['documents'][number];

/** What was in the files that somebody sent. */
export function uploadCard({ files, broken }: TakenFiles): Card {
  const documents = files.flatMap((file) => file.read?.documents ?? []);
  const unreadable = files.filter((file) => isUnreadable(file)).length;
  const waiting = files.filter((file) => file.read === null).length;
  const stored = documents.filter(({ reportId }) => reportId !== null);
  return {
    title:
      files.length === 0
        ? 'Upload'
        : files.length === 1
          ? `Upload of ${files[0]?.name ?? ''}`
          : `Upload of ${count(files.length)} files`,
    tone: toneOf({ broken, unreadable, waiting }),
    verdict: [
      stored.length === 0
        ? null
        : `${counted(stored.length, 'aggregate report')} with ${counted(sumOf(stored), 'message')} taken in.`,
      otherSentence(documents),
      unreadable === 0 ? null : `In ${counted(unreadable, 'file')} something could not be read.`,
      waiting === 0 ? null : `${counted(waiting, 'file')} taken in and not read yet.`,
      broken === null ? null : `${files.length === 0 ? 'Nothing' : 'Not all'} was taken: ${broken}`,
      documents.length === 0 && waiting === 0 && broken === null ? 'No report was found in it.' : null,
    ]
      .filter((sentence) => sentence !== null)
      .join(' '),
    parts: files.length === 0 ? [] : [{ type: 'facts', facts: factsOf(files) }],
    advice: waiting === 0 ? null : 'Large files take a while; the buttons tell what became of them.',
    buttons: buttonsOf(files, stored),
    form: null,
    footer: null,
  };
}

function toneOf(found: {
  readonly broken: string | null;
  readonly unreadable: number;
  readonly waiting: number;
}): Tone {
  if (found.broken !== null || found.unreadable > 0) return 'warning';
  return found.waiting > 0 ? 'neutral' : 'good';
}

function otherSentence(documents: readonly Document[]): string | null {
  const again = documents.filter(({ outcome }) => outcome === 'duplicate').length;
  const others = documents.filter(({ kind, outcome }) => kind !== 'aggregate' && outcome === 'stored').length;
  const told = [
    again === 0 ? null : `${counted(again, 'report')} came before and counts once.`,
    others === 0 ? null : `${counted(others, 'other report')} taken in.`,
  ].filter((sentence) => sentence !== null);
  return told.length === 0 ? null : told.join(' ');
}

function factsOf(files: readonly Taken[]): Fact[] {
  const facts = files.slice(0, TOLD).map((file): Fact => ({ name: file.name, value: stateOf(file) }));
  return files.length > TOLD ? [...facts, { name: '…', value: `${count(files.length - TOLD)} more` }] : facts;
}

function stateOf({ read, known }: Taken): string {
  const before = known ? 'the same bytes came before; ' : '';
  if (read === null) return `${before}not read yet`;
  if (read.state === 'dead') return `${before}${read.message ?? 'could not be read'}`;
  const documents = read.documents.map(({ kind, outcome, messages, message }) =>
    [kind, outcome, messages > 0 ? counted(messages, 'message') : null, message]
      .filter((part) => part !== null)
      .join(', '),
  );
  return `${before}${documents.length === 0 ? 'no report in it' : documents.slice(0, 3).join('; ')}${documents.length > 3 ? '; …' : ''}`;
}

function isUnreadable({ read }: Taken): boolean {
  return (
    read !== null && (read.state === 'dead' || read.documents.some(({ outcome }) => outcome === 'unreadable'))
  );
}

function sumOf(documents: readonly Document[]): number {
  return documents.reduce((sum, { messages }) => sum + messages, 0);
}

function buttonsOf(files: readonly Taken[], stored: readonly Document[]): Button[] {
  const report = stored[0]?.reportId ?? null;
  return [
    ...(report === null ? [] : [{ label: `Report ${report}`, command: ask('report', [String(report)]) }]),
    ...files
      .filter((file) => file.read === null)
      .slice(0, 2)
      .map((file) => ({ label: `What became of ${file.name}`, command: ask('task', [file.task]) })),
    { label: 'Summary', command: 'summary' },
  ];
}
