import { clearScreenDown, createInterface, cursorTo, moveCursor } from 'node:readline';
import { addAbortSignal, type Readable, type Writable } from 'node:stream';
import type { Context } from '../../core/operations/operation.js';
import type { Button, Card } from '../card.js';
import type { Command } from '../command.js';
import { dispatch, type Request } from '../dispatch.js';
import { readShare } from '../share.js';
import { betweenAnswers } from './between.js';
import { sentInLine } from './files.js';
import { atTerminal } from './here.js';
import { readTyped } from './inbound.js';
import type { Line } from './lines.js';
import { boundedLines } from './lines.js';
import { MOST_BUTTONS, renderCard, USUAL_COLUMNS } from './render.js';
import { saveFile } from './save.js';
import { fit, visible } from '../characters/text.js';

/** Where the chat takes place. */
export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Whether to paint; see `wantsColour`. */
  readonly colour: boolean;
}

/** Shows what nobody asked for, from when it is called until it is stopped. */
export type Watch = (show: (card: Card) => void) => { stop(): Promise<void> };

const PROMPT = 'dmarc> ';
/** After this long without an answer a note says that work goes on. */
const PATIENCE_MS = 1_000;
const ERASE_LINE = '\r\u001b[K';

/**
 * Chats until the input ends, somebody leaves, or the context's signal ends it, whose reason it throws. With a terminal
 * there is a prompt with history and completion; without one, commands are read line by line and answered in order. What
 * `watch` shows comes between answers, and leaves alone what is being typed. Gives the number of lines answered.
 */
export async function chat(
  terminal: Terminal,
  context: Context,
  commands: readonly Command[],
  watch?: Watch,
): Promise<number> {
  const interactive = terminal.input.isTTY === true && terminal.output.isTTY === true;
  if (context.signal !== undefined) addAbortSignal(context.signal, terminal.input);
  const prompt = interactive ? openPrompt(terminal, commands) : null;
  const between = betweenAnswers((text) => {
    prompt?.away();
    if (terminal.output.writable) terminal.output.write(text);
    prompt?.back();
  });
  const watching = watch?.((card) => {
    const columns = terminal.output.columns ?? USUAL_COLUMNS;
    between.show(`${renderCard(card, { columns, colour: terminal.colour })}\n`);
  });
  let buttons: readonly Button[] = [];
  let answered = 0;
  // Whoever read our answers may go away (`| head`), which is told late: that ends the chat and is no trouble.
  terminal.output.on('error', () => prompt?.close());
  try {
    for await (const line of prompt?.lines ?? boundedLines(terminal.input)) {
      between.hold();
      const typed = readTyped(line, buttons);
      if (typed.type === 'leave' || !terminal.output.writable) break;
      if (typed.type === 'say') await write(terminal.output, `${typed.text}\n`);
      if (typed.type === 'command') {
        const columns = terminal.output.columns ?? USUAL_COLUMNS;
        if (typed.pressed || !interactive)
          await write(terminal.output, `› ${fit(visible(typed.text), columns - 2)}\n`);
        const stopNote = noteIfSlow(terminal.output, interactive);
        const { card, file } = await dispatch(requestOf(typed.text, context), commands).finally(stopNote);
        buttons = card.buttons.slice(0, MOST_BUTTONS);
        await write(terminal.output, `${renderCard(card, { columns, colour: terminal.colour })}\n`);
        if (file !== null) await write(terminal.output, `${await saveFile(file)}\n`);
        answered += 1;
      }
      between.release();
      prompt?.ask();
    }
  } finally {
    prompt?.close();
    await watching?.stop();
  }
  return answered;
}

/** What somebody shares with a channel stands here before its one reader already. */
function requestOf(text: string, context: Context): Request {
  const { line, files } = sentInLine(readShare(text, 'asker').text);
  return { text: line, context: files.length === 0 ? context : atTerminal(context, files), local: true };
}

interface Prompt {
  readonly lines: AsyncIterable<Line>;
  ask(): void;
  /** Takes the prompt away with what is typed so far, so that something else can be written. */
  away(): void;
  /** Brings them back. */
  back(): void;
  close(): void;
}

/** A prompt that Ctrl-C and Ctrl-D leave. */
function openPrompt(terminal: Terminal, commands: readonly Command[]): Prompt {
  const reader = createInterface({
    input: terminal.input,
    output: terminal.output,
    prompt: PROMPT,
    historySize: 200,
    completer: (typed: string) => complete(typed, commands),
  });
  let open = true;
  let asking = true;
  reader.on('line', () => {
    asking = false;
  });
  reader.on('SIGINT', () => reader.close());
  reader.once('close', () => {
    open = false;
    // Ctrl-D and Ctrl-C leave the cursor behind the prompt.
    if (terminal.output.writable) terminal.output.write('\n');
  });
  const lines = reader[Symbol.asyncIterator]();
  reader.prompt();
  return {
    lines: { [Symbol.asyncIterator]: () => lines },
    ask: () => {
      asking = open;
      if (open) reader.prompt();
    },
    away: () => {
      if (!open || !asking) return;
      moveCursor(terminal.output, 0, -reader.getCursorPos().rows);
      cursorTo(terminal.output, 0);
      clearScreenDown(terminal.output);
    },
    back: () => {
      if (open && asking) reader.prompt(true);
    },
    close: () => reader.close(),
  };
}

/** Names of commands that begin with what is typed; only the first word is completed. */
export function complete(typed: string, commands: readonly Command[]): [string[], string] {
  const start = typed.replace(/^\/dmarc\s+/i, '').toLowerCase();
  return [commands.map((command) => command.name).filter((name) => name.startsWith(start)), start];
}

/** Says after a second that work goes on; the function it gives takes the note away. */
function noteIfSlow(output: Writable, interactive: boolean): () => void {
  let noted = false;
  const timer = setTimeout(() => {
    noted = true;
    output.write(interactive ? 'working on it …' : 'working on it …\n');
  }, PATIENCE_MS);
  return () => {
    clearTimeout(timer);
    if (noted && interactive) output.write(ERASE_LINE);
  };
}

/** Waits for a slow reader of our output. */
function write(output: Writable, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (output.writable) output.write(text, () => resolve());
    else resolve();
  });
}
