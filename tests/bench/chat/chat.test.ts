import { describe, expect, it } from 'vitest';
import { optionsOf } from '../../../src/bot/discord/fields.js';
import { COMMANDS } from '../../../src/bot/registry.js';
import { populationOf } from '../population.js';
import { verdictOf } from '../figure.js';
import { figuresOf } from './figures.js';
import { questionsOf } from './questions.js';
import type { Arrived, Side } from './side.js';
import { askSteadily } from './steady.js';

const population = populationOf(1_000_000, 1_000, 90);
const bounds = { perSecond: 200, people: 2 };

/** A platform that answers as `reply` says. */
function side(
  name: Side['name'],
  reply: (person: number, text: string) => Promise<Omit<Arrived, 'at'>>,
): Side {
  return {
    name,
    environment: {},
    reach: () => Promise.resolve(),
    ask: (person, text) => ({
      acknowledged: Promise.resolve(performance.now()),
      answered: reply(person, text).then((arrived) => ({ ...arrived, at: performance.now() })),
    }),
    stop: () => Promise.resolve(),
  };
}

const good = { content: 'Summary of example.com', hasPicture: true };

describe('the questions', () => {
  it('ask for a new chart each tenth time, on every platform, and never for the same one twice', () => {
    const questions = questionsOf(population, 1_800);

    const fresh = questions.flatMap(({ isNew, text }, index) => (isNew ? [{ text, index }] : []));
    const drawn = fresh.map(({ text }) => text.split(' ').slice(1).join(' '));
    const others = questions.filter(({ isNew }) => !isNew).map(({ text }) => text);
    expect(fresh).toHaveLength(180);
    expect(new Set(drawn).size).toBe(180);
    expect([0, 1, 2].map((at) => fresh.filter(({ index }) => index % 3 === at).length)).toEqual([60, 60, 60]);
    expect(others.filter((text) => drawn.some((what) => text.endsWith(what)))).toEqual([]);
    expect(new Set(others).size).toBeLessThan(100);
  });

  it('name a domain and a period where Discord has fields for both', () => {
    const names = questionsOf(population, 1_800)
      .map(({ text }) => text.split(' '))
      .filter((words) => words.length > 1)
      .map(([name]) => name);

    for (const name of new Set(names)) {
      const command = COMMANDS.find((one) => one.name === name);
      const options = command === undefined ? [] : optionsOf(command).map((option) => option.name);
      expect(options).toEqual(expect.arrayContaining(['domain', 'period']));
    }
  });

  it('are the same each time', () => {
    expect(questionsOf(population, 100)).toEqual(questionsOf(population, 100));
  });
});

describe('asking steadily', () => {
  it('takes the platforms and their people in turn, and does not wait for answers', async () => {
    const asked: string[] = [];
    let answer = (_: Omit<Arrived, 'at'>): void => {};
    const first = new Promise<Omit<Arrived, 'at'>>((resolve) => (answer = resolve));
    const note = (name: string) => (person: number) => {
      asked.push(`${name} ${person}`);
      if (asked.length === 6) answer(good);
      return asked.length === 1 ? first : Promise.resolve(good);
    };

    const outcomes = await askSteadily(
      [side('slack', note('slack')), side('teams', note('teams'))],
      questionsOf(population, 6),
      bounds,
    );

    expect(asked).toEqual(['slack 0', 'teams 0', 'slack 1', 'teams 1', 'slack 0', 'teams 0']);
    expect(outcomes.map(({ wrong }) => wrong)).toEqual([null, null, null, null, null, null]);
    expect(outcomes[0]?.answeredMs).toBeGreaterThan(outcomes[5]?.acknowledgedMs ?? Infinity);
  });

  it('counts what is missing and what is no answer as wrong, and a new chart without a picture', async () => {
    const sides = [
      side('slack', () => Promise.resolve({ content: '"No answer\\\\: summary"', hasPicture: false })),
      side('teams', () => Promise.reject(new Error('nothing came'))),
      side('discord', () => Promise.resolve(good)),
    ];

    const outcomes = await askSteadily(sides, questionsOf(population, 30), bounds);

    const figures = new Map(figuresOf(outcomes).map((figure) => [figure.name, figure]));
    expect(figures.get('wrong or missing answers')).toMatchObject({ measured: 20 });
    expect(figures.get('wrong or missing answers')?.note).toContain(
      'teams: no answer: Error: nothing came (10)',
    );
    expect(figures.get('new charts that came as text alone')).toMatchObject({ measured: 2 });
    expect(figures.get('chat, teams, answer, p99')).toMatchObject({ measured: Infinity });
    const verdicts = [...figures.values()].map(verdictOf);
    expect(verdicts.filter((verdict) => verdict === 'miss').length).toBeGreaterThan(2);
  });
});
