import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, inject, it } from 'vitest';
import type { Chart } from '../../src/bot/card.js';
import { openPictures, type Pictures, type PicturesOptions } from '../../src/bot/pictures.js';
import type { Log } from '../../src/core/ingest/context.js';
import { until } from '../support/until.js';
import { HOSTILE_NAMES, messagesByDay, sources } from '../core/chart/support.js';

const said: string[] = [];
const log: Log = {
  info: () => {},
  warn: (message, facts) => said.push(`${message} ${JSON.stringify(facts)}`),
  error: () => {},
  child: () => log,
};
const opened: Pictures[] = [];

function open(options: Partial<PicturesOptions> = {}): Pictures {
  const pictures = openPictures({ log, ...options });
  opened.push(pictures);
  return pictures;
}

/** Threads that do what the title says. */
function openWith(script: string, options: Partial<PicturesOptions> = {}): Pictures {
  return open({ script: new URL(`./support/${script}.mjs`, import.meta.url), ...options });
}

function titled(title: string): Chart {
  return { type: 'chart', alt: '', ...messagesByDay(3), title };
}

afterEach(async () => {
  for (const pictures of opened.splice(0)) await pictures.close();
  said.splice(0);
});

/** Starting a thread may take longer than an asker waits where the machine is busy. */
async function ready(pictures: Pictures): Promise<Pictures> {
  await until('a first picture', () => pictures.draw(titled('ready')));
  return pictures;
}

describe('pictures of charts', () => {
  it('are PNG of their size, named by what they show', async () => {
    const { draw } = await ready(open());

    const picture = await draw(titled('Messages a day'));
    const other = await draw(titled('Other messages'));

    expect(picture?.png.toString('latin1', 1, 4)).toBe('PNG');
    expect([picture?.png.readUInt32BE(16), picture?.png.readUInt32BE(20)]).toEqual([1_080, 600]);
    expect([picture?.width, picture?.height]).toEqual([1_080, 600]);
    expect(picture?.key).toMatch(/^[0-9a-f]{64}$/);
    expect(other?.key).not.toBe(picture?.key);
  });

  it('are drawn once, whether asked for at the same time or later, and whatever is said beside them', async () => {
    const { draw } = await ready(open());

    const [one, other] = await Promise.all([draw(titled('x')), draw(titled('x'))]);
    const later = await draw({ ...titled('x'), alt: 'in other words' });

    expect(one).not.toBeNull();
    expect(other).toBe(one);
    expect(later).toBe(one);
  });

  it('are forgotten where they take too many bytes, the longest unused first', async () => {
    const { draw } = openWith('drawing-thread', { cacheBytes: 6 });

    const first = await draw(titled('first'));
    const second = await draw(titled('second'));
    expect(await draw(titled('first'))).toBe(first);
    await draw(titled('third'));

    expect(await draw(titled('first'))).toBe(first);
    expect(await draw(titled('second'))).not.toBe(second);
  });

  it('hold any names and any figures', async () => {
    const { draw } = await ready(open());

    const bars = await draw({ type: 'chart', alt: '', ...sources(HOSTILE_NAMES) });
    const days = await draw({
      ...titled('\ud800'.repeat(100_000)),
      shape: 'days',
      days: Array.from({ length: 100_000 }, () => '<x>'),
      series: [{ name: '', tone: 'bad', values: Array.from({ length: 100_000 }, () => Number.NaN) }],
    });

    expect(bars).not.toBeNull();
    expect(days).not.toBeNull();
    expect(said).toEqual([]);
  });

  it('are drawn by the compiled program too', async () => {
    const program = pathToFileURL(path.join(inject('programs'), 'src/bot/pictures.js')).href;
    const chart = JSON.stringify(titled('Messages a day'));

    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      `const { openPictures } = await import(${JSON.stringify(program)});
       const log = { warn: console.log };
       const pictures = openPictures({ log });
       for (let picture = null; picture === null;) {
         picture = await pictures.draw(${chart});
         if (picture !== null) console.log(picture.png.toString('latin1', 1, 4), picture.width, picture.height);
       }
       await pictures.close();`,
    ]);

    expect(stdout).toBe('PNG 1080 600\n');
  });
});

describe('a thread that draws', () => {
  it.each(['hang', 'loop'])('is replaced when it takes too long (%s)', async (title) => {
    const { draw } = openWith('drawing-thread', { drawMs: 50, threads: 1 });

    expect(await draw(titled(title))).toBeNull();

    expect(await draw(titled('next'))).toMatchObject({ width: 1 });
    expect(said).toEqual(['A thread that draws charts is replaced {"why":"A chart took too long."}']);
  });

  it.each(['end', 'throw'])('is replaced when it comes to its end (%s)', async (title) => {
    const { draw } = openWith('drawing-thread', { threads: 1 });

    expect(await draw(titled(title))).toBeNull();

    expect(await draw(titled('next'))).toMatchObject({ width: 1 });
  });

  it('goes on after a chart that it could not draw, which is tried again when it is asked for again', async () => {
    const { draw } = openWith('drawing-thread', { threads: 1 });

    expect(await draw(titled('fail'))).toBeNull();
    expect(await draw(titled('fail'))).toBeNull();
    expect(await draw(titled('next'))).toMatchObject({ width: 1 });

    expect(said.filter((line) => line.includes('"failed"'))).toHaveLength(2);
  });

  it('is helped by a second one', async () => {
    const { draw } = openWith('drawing-thread', { threads: 2 });

    const stuck = draw(titled('hang'));
    const next = await draw(titled('next'));

    expect(next).toMatchObject({ width: 1 });
    expect(await Promise.race([stuck, Promise.resolve('still waiting')])).toBe('still waiting');
  });

  it('that cannot start costs the picture and nothing else', async () => {
    const { draw } = openWith('broken-thread');

    expect(await draw(titled('any'))).toBeNull();
    expect(await draw(titled('next'))).toBeNull();

    expect(said).toEqual([expect.stringContaining('a module is missing')]);
  });
});

describe('drawings that wait', () => {
  it('are refused at once where there are too many', async () => {
    const { draw } = openWith('drawing-thread', { threads: 1, waiting: 2 });
    await draw(titled('ready'));

    const begun = performance.now();
    const asked = ['hang', 'a', 'b', 'c', 'd'].map((title) => draw(titled(title)));
    const refused = await Promise.all(asked.slice(3));

    expect(refused).toEqual([null, null]);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it('are not waited for longer than two seconds, but drawn for the next asker', async () => {
    const { draw } = openWith('drawing-thread', { threads: 1, drawMs: 2_500 });
    await draw(titled('ready'));

    const stuck = draw(titled('hang'));
    const waiting = draw(titled('patient'));

    expect(await waiting).toBeNull();
    expect(await stuck).toBeNull();
    expect(await draw(titled('patient'))).toMatchObject({ width: 1 });
  });

  it('end with the service', async () => {
    const pictures = openWith('drawing-thread', { threads: 1 });
    await pictures.draw(titled('ready'));
    const waiting = ['hang', 'a', 'b'].map((title) => pictures.draw(titled(title)));

    await pictures.close();

    expect(await Promise.all(waiting)).toEqual([null, null, null]);
    expect(await pictures.draw(titled('after'))).toBeNull();
    expect(said).toEqual([]);
  });
});
