import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

interface Written {
  readonly population: readonly number[];
  readonly daysDone: number;
}

/** Says in a data folder how far a population was loaded into it, so that a load goes on where it was stopped. */
export class LoadMarker {
  readonly #folder: string;
  readonly #file: string;
  readonly #population: readonly number[];

  /** `population` are the numbers that the population was made of. */
  constructor(dataFolder: string, population: readonly number[]) {
    this.#folder = dataFolder;
    this.#file = path.join(dataFolder, 'population.json');
    this.#population = population;
  }

  /** Days of the population that are stored. Throws where the folder holds another population. */
  async daysDone(): Promise<number> {
    const found = await readFile(this.#file, 'utf8').catch(() => null);
    if (found === null) return 0;
    const { population, daysDone } = JSON.parse(found) as Written;
    if (String(population) !== String(this.#population))
      throw new Error(`${this.#folder} holds other records; name another folder with --data`);
    return daysDone;
  }

  async write(daysDone: number): Promise<void> {
    const written: Written = { population: this.#population, daysDone };
    await writeFile(this.#file, JSON.stringify(written));
  }
}
