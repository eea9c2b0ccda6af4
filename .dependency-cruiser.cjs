// The import rules of docs/architecture.md, held by `npm run check`.
const only = (name, from, forbidden, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: forbidden },
});
const pureRooms = '^src/core/(report|analysis|alert|chart|digest|sample|identity)/';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/(main|cli)\\.ts$' },
      to: {},
    },
    only(
      'core-knows-no-face',
      '^src/core/',
      '^src/(bot|api|jobs|cli)(/|\\.ts)',
      'core knows no chat platform, HTTP server or command line',
    ),
    only(
      'faces-never-see-the-store',
      '^src/(bot|api)/',
      '^src/core/(store|intake)/',
      'bot and api reach the store through operations',
    ),
    only('nothing-imports-jobs', '^src/(core|bot|api)/', '^src/jobs/', 'jobs sit on top'),
    only(
      'pure-rooms-stay-pure',
      pureRooms,
      '^src/(config|settings/|core/(store|intake|operations|posture))',
      'pure rooms know each other only',
    ),
    {
      name: 'pure-rooms-do-no-io',
      severity: 'error',
      from: { path: pureRooms },
      to: { path: '^(node:)?(fs|fs/promises|net|http|https|dns|child_process|pg|knex)$' },
    },
    {
      name: 'report-is-the-root',
      severity: 'error',
      from: { path: '^src/core/report/' },
      to: { path: '^src/', pathNot: '^src/core/report/' },
    },
    {
      name: 'intake-knows-report-only',
      severity: 'error',
      from: { path: '^src/core/intake/' },
      to: { path: '^src/', pathNot: '^src/core/(intake|report)/' },
    },
    {
      name: 'sql-lives-in-store',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/core/store/' },
      to: { path: '^(pg|knex|pg-copy-streams)$|node_modules/(pg|knex|pg-copy-streams)/' },
    },
    only(
      'one-sdk-one-room-slack',
      '^src/(?!bot/slack/)',
      'node_modules/@slack/',
      '@slack/* belongs to src/bot/slack',
    ),
    only(
      'one-sdk-one-room-teams',
      '^src/(?!bot/teams/)',
      'node_modules/botbuilder',
      'botbuilder belongs to src/bot/teams',
    ),
    only(
      'one-sdk-one-room-discord',
      '^src/(?!bot/discord/)',
      'node_modules/(discord\\.js|@discordjs/)',
      'discord.js belongs to src/bot/discord',
    ),
    only(
      'http-lives-in-api',
      '^src/(?!api/)',
      'node_modules/(koa|koa-helmet|@koa|@fastify/busboy|swagger-ui-dist|prom-client)/',
      'Koa and what goes with it belong to src/api',
    ),
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^tests/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
