import { pack, type ContainerName, type PackedFile, type Parcel } from './containers.js';

/** A report that is delivered once more. */
export interface Copy {
  /** Day on which it is sent, counted as in the scenario. */
  readonly day: number;
  readonly parcel: Parcel;
  readonly container: ContainerName;
}

/** Reports that wait for being delivered once more. */
export class Copies {
  #waiting: Copy[] = [];
  readonly #names = new Map<string, number>();

  add(copy: Copy): void {
    this.#waiting.push(copy);
  }

  /** Takes those that are sent until this day. */
  take(until: number): { readonly day: number; readonly file: PackedFile }[] {
    const due = this.#waiting.filter(({ day }) => day <= until);
    this.#waiting = this.#waiting.filter(({ day }) => day > until);
    return due.flatMap(({ day, parcel, container }) =>
      pack(container, [parcel]).map(({ name, bytes }) => ({
        day,
        file: { name: this.#free(day, name), bytes },
      })),
    );
  }

  /** A copy keeps its file name (RFC 9990); a second one on the same day goes into a folder of its own. */
  #free(day: number, name: string): string {
    const key = `${day} ${name}`;
    const copies = (this.#names.get(key) ?? 0) + 1;
    this.#names.set(key, copies);
    return copies === 1 ? name : `copy-${copies}/${name}`;
  }
}
