import { setTimeout as sleep } from 'node:timers/promises';
import type { webApi } from '@slack/bolt';
import type { Log } from '../../core/ingest/context.js';
import type { Card, Chart } from '../card.js';
import type { DrawChart, Picture } from '../platform.js';
import { patiently } from './calls.js';

export interface Pictures {
  /** Ids of the files of a card's charts; a chart whose picture is not there in time has none. */
  of(card: Card): Promise<ReadonlyMap<Chart, string>>;
  /** Pictures that Slack did not take: they are uploaded anew next time. */
  forget(ids: Iterable<string>): void;
}

/** Pictures that are remembered as uploaded. */
const MOST_KNOWN = 500;
/** Of one card; a fourth is drawn with characters. */
const MOST_PICTURES = 3;
/** After that the answer goes without the picture, which then is there for the next one. */
const WITHIN_MS = 4_000;
const UPLOAD_PATIENCE_MS = 20_000;
/** slackapi/slack-github-action#413: an upload is taken up a little later, and can be shown when its type is known. */
const FIRST_LOOK_MS = 120;
const LONGEST_LOOK_MS = 1_500;

/** Draws and uploads pictures; each once, however many ask for it. The files belong to the app and are in no channel. */
export function slackPictures(client: webApi.WebClient, draw: DrawChart, log: Log): Pictures {
  const known = new Map<string, Promise<string | null>>();

  const idOf = (picture: Picture, chart: Chart): Promise<string | null> => {
    const before = known.get(picture.key);
    if (before !== undefined) return before;
    const uploaded = upload(client, picture, chart).catch((error: unknown) => {
      log.warn('Slack did not take a picture', { error });
      return null;
    });
    known.set(picture.key, uploaded);
    void uploaded.then((id) => {
      if (id === null) known.delete(picture.key);
    });
    if (known.size > MOST_KNOWN) known.delete([...known.keys()][0] ?? '');
    return uploaded;
  };

  const pictureOf = async (chart: Chart): Promise<readonly [Chart, string] | null> => {
    const picture = await draw(chart);
    const id = picture === null ? null : await idOf(picture, chart);
    return id === null ? null : [chart, id];
  };

  return {
    of: async (card) => {
      const charts = card.parts.filter((part) => part.type === 'chart').slice(0, MOST_PICTURES);
      const late = new AbortController();
      const given = await Promise.all(
        charts.map((chart) =>
          Promise.race([
            pictureOf(chart).catch(() => null),
            sleep(WITHIN_MS, null, { signal: late.signal }).catch(() => null),
          ]),
        ),
      );
      late.abort();
      return new Map(given.filter((one) => one !== null));
    },
    forget: (ids) => {
      const gone = new Set(ids);
      for (const [key, uploaded] of known)
        void uploaded.then((id) => {
          if (id !== null && gone.has(id)) known.delete(key);
        });
    },
  };
}

async function upload(client: webApi.WebClient, picture: Picture, chart: Chart): Promise<string | null> {
  const uploaded = await patiently({
    patienceMs: UPLOAD_PATIENCE_MS,
    run: () =>
      client.files.uploadV2({
        file: picture.png,
        filename: 'chart.png',
        title: chart.title.slice(0, 100),
        alt_text: chart.alt.slice(0, 1_000),
      }),
  });
  const file = fileOf(uploaded);
  if (file?.id === undefined) return null;
  return file.mimetype ? file.id : await whenShown(client, file.id);
}

/** The id once Slack knows what the file is; null when it does not in time. */
async function whenShown(client: webApi.WebClient, id: string): Promise<string | null> {
  const deadline = performance.now() + UPLOAD_PATIENCE_MS;
  for (
    let pause = FIRST_LOOK_MS;
    performance.now() < deadline;
    pause = Math.min(pause * 2, LONGEST_LOOK_MS)
  ) {
    await sleep(pause);
    const { file } = await patiently({
      run: () => client.files.info({ file: id }),
      patienceMs: UPLOAD_PATIENCE_MS,
    });
    if (file?.mimetype !== undefined && file.mimetype !== '') return id;
  }
  return null;
}

interface UploadedFile {
  readonly id?: string;
  readonly mimetype?: string;
}

/** The SDK gives what each of its completions gave. */
function fileOf(uploaded: unknown): UploadedFile | undefined {
  const { files } = uploaded as { readonly files?: readonly { readonly files?: readonly UploadedFile[] }[] };
  return files?.[0]?.files?.[0];
}
