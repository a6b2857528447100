import { readFileSync } from 'node:fs';

// The entry points are read from the packages themselves: a subpath that is not exported may not be imported.
const packages = ['core', 'operators', 'connectors'];
const entryPoints = packages.flatMap((name) => {
  const { exports } = JSON.parse(readFileSync(`${import.meta.dirname}/packages/${name}/package.json`, 'utf8'));
  return Object.values(exports)
    .filter((target) => typeof target === 'object')
    .map(({ default: built }) => `packages/${name}/${built.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1\\.ts')}`);
});

const tests = String.raw`\.(test|test-d)\.ts$`;
/** Code that may use Node: it is imported on demand, or has an entry point that says so. */
const forNode = String.raw`^packages/(core/src/folder|connectors/src/memory/folder|[a-z]+/src/testing)/`;
const alsoInBrowsers = String.raw`^packages/(core|operators)/src/|^packages/connectors/src/memory/`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'core-stands-alone',
      comment: 'operators → core ← connectors: core knows neither, not even in its tests.',
      severity: 'error',
      from: { path: '^packages/core/' },
      to: { path: '^packages/(operators|connectors)/|^@millrace/(operators|connectors)' },
    },
    {
      name: 'operators-know-only-core',
      comment: 'operators → core ← connectors: a graph can not tell where its records come from.',
      severity: 'error',
      from: { path: '^packages/operators/' },
      to: { path: '^packages/connectors/|^@millrace/connectors' },
    },
    {
      name: 'connectors-know-only-core',
      comment: 'operators → core ← connectors: a connector is written without reading any operator.',
      severity: 'error',
      from: { path: '^packages/connectors/' },
      to: { path: '^packages/operators/|^@millrace/operators' },
    },
    {
      name: 'connectors-stand-alone',
      comment:
        'A connector is read, and taken out, without the others. A lake may lie in a bucket; holders, patience, stages and views are for all.',
      severity: 'error',
      from: { path: '^packages/connectors/src/([^/]+)/', pathNot: tests },
      to: {
        path: '^packages/connectors/src/([^/]+)/',
        pathNot: [
          '^packages/connectors/src/($1|holding|patience|staging|view)/',
          '^packages/connectors/src/s3/index\\.ts$',
        ],
      },
    },
    {
      name: 'packages-know-no-examples',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(examples|benchmarks|integration)/|^@millrace/(examples|benchmarks)' },
    },
    {
      name: 'entry-points-only',
      comment: 'Another package is used through what it exports: users have no other way in.',
      severity: 'error',
      from: { path: '^(packages/[^/]+|examples|benchmarks|integration)/' },
      to: { path: '^packages/([^/]+)/src/', pathNot: ['^$1/', ...entryPoints.map((entry) => `^${entry}$`)] },
    },
    {
      name: 'packages-by-name',
      comment: 'Another package is imported by its name: a relative path would not survive publishing.',
      severity: 'error',
      from: { path: '^(packages/[^/]+|examples|benchmarks|integration)/' },
      to: { path: '^packages/[^/]+/src/', pathNot: '^$1/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'own-package-by-path',
      comment: 'Inside a package imports are relative: by its own name a file would import what imports it.',
      severity: 'error',
      from: { path: '^(packages/[^/]+)/src/', pathNot: tests },
      to: { path: '^$1/', dependencyTypes: ['aliased'] },
    },
    {
      name: 'sources-know-no-tests',
      severity: 'error',
      from: { path: '^(packages|examples|benchmarks)/', pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'sources-know-no-testing',
      comment: 'The exported folders `testing` are for tests: nothing that ships to production leans on them.',
      severity: 'error',
      from: { path: '^packages/', pathNot: [tests, '^packages/[^/]+/src/testing/'] },
      to: { path: '^packages/[^/]+/src/testing/' },
    },
    {
      name: 'no-node-in-browsers',
      comment: 'The entry points of core, operators and memory also run in a browser.',
      severity: 'error',
      from: { path: alsoInBrowsers, pathNot: [tests, forNode] },
      to: { dependencyTypes: ['core'], dynamic: false },
    },
    {
      name: 'node-on-demand',
      comment: 'A folder `folder` imports Node: from outside it is reached by import() alone.',
      severity: 'error',
      from: { path: alsoInBrowsers, pathNot: [tests, forNode] },
      to: {
        path: '^packages/(core/src|connectors/src/memory)/folder/',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-cycles',
      comment: 'Neither of values nor of types: what knows each other can not be read apart.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'What a package imports is in its package.json, and not only among what development installs.',
      severity: 'error',
      from: { path: '^packages/', pathNot: tests },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev', 'undetermined'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages/[^/]+|examples|benchmarks)/dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default'],
      extensions: ['.ts', '.d.ts', '.js'],
    },
  },
};
