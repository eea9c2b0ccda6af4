import { alerts } from './parts/alerts.js';
import { api } from './parts/api.js';
import { ingest } from './parts/ingest.js';
import { parse } from './parts/parse.js';
import { rules } from './parts/rules.js';
import { start } from './parts/start.js';
import { summary } from './parts/summary.js';
import { workers } from './parts/workers.js';
import { runBench } from './run.js';

await runBench(
  {
    script: 'bench',
    advice:
      '## To run it yourself\n\n`npm run bench` builds and takes about twenty minutes on two cores, half of them to fill a database with 10 million records; `--data FOLDER` keeps that database for the next time, with the small reports that each run adds. `--only parse` (or `ingest`, `summary`, `start`, `api`, `workers`, `rules`, `alerts`) runs one part, `--quick` shows in seconds that it works, `--check` ends with exit code 1 when a target is missed. A run with full sizes writes the sections of its parts here. Nothing else should run meanwhile.',
  },
  [parse, ingest, summary, start, api, workers, rules, alerts],
);
