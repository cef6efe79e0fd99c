// Who may import whom. Each rule says why; test/tidy/import-rules.test.ts breaks each of them once and sees it fire.
// Run by `npm run check`, which fails as well when a folder was not looked at.

/** Evidence may look at everything; so may what measures and what writes docs. */
const EVIDENCE = String.raw`^(test|bench|scripts)/|\.test\.ts$`;

/** Decisions and what they are made with: domain, pipeline, management. */
const STOREYS = '^src/(domain|pipeline|management)/';

/** What the API takes and answers; beside the schemas, the fields that they share. */
const SCHEMA = String.raw`^src/management/([^/]+/schema|[^/]+-fields)\.ts$`;

/** What everything may know of the platforms: their pure halves, as lists. */
const PLATFORM_LISTS = String.raw`^src/platforms/(targets|sources)\.ts$`;

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other are one file, or lack a third. A cycle also makes the order of loading matter.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'What cannot be found is not looked at either: every other rule would pass over it.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'base-imports-nothing',
      comment: 'src/base is what everything may use; it knows Node, and one library that is wrapped there.',
      severity: 'error',
      from: { path: '^src/base/', pathNot: EVIDENCE },
      to: { pathNot: '^(src/base/|node_modules/lru-cache/)', dependencyTypesNot: ['core'] },
    },
    {
      name: 'bloblang-knows-nothing-of-us',
      comment: 'src/bloblang could be published tomorrow.',
      severity: 'error',
      from: { path: '^src/bloblang/', pathNot: EVIDENCE },
      to: { path: '^(src|functions|cli|local|lib|bin|simulators)/', pathNot: '^src/bloblang/' },
    },
    {
      name: 'bloblang-has-one-front-door',
      comment:
        'Everything behind src/bloblang/index.ts may change without notice. The two registries stand beside it so that a bundle takes only the tiers that it uses.',
      severity: 'error',
      from: { pathNot: [EVIDENCE, '^src/bloblang/'] },
      to: {
        path: '^src/bloblang/',
        pathNot: String.raw`^src/bloblang/(index|stdlib/registry-(extended|library))\.ts$`,
      },
    },
    {
      name: 'domain-knows-only-nouns',
      comment:
        'Storey 1: records, pure rules and ports. What happens to an event (src/pipeline) and what people do (src/management) build on it.',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: EVIDENCE },
      to: { path: '^src/', pathNot: '^src/(domain|base)/' },
    },
    {
      name: 'pipeline-knows-no-management',
      comment: 'Storey 2: an event travels whether or not somebody manages anything.',
      severity: 'error',
      from: { path: '^src/pipeline/', pathNot: EVIDENCE },
      to: { path: '^src/management/' },
    },
    {
      name: 'storeys-know-no-technology',
      comment:
        'Ports stand in the domain; implementations come in from outside. So the same decisions run on AWS, on a laptop and in a test.',
      severity: 'error',
      from: { path: STOREYS, pathNot: EVIDENCE },
      to: { path: '^(src/(adapters|platforms)|functions|cli|local|lib|bin|simulators)/' },
    },
    {
      name: 'storeys-use-no-sdk',
      comment: 'An SDK in a decision is a technology by another way. valibot is allowed: a schema is a rule.',
      severity: 'error',
      from: { path: STOREYS, pathNot: EVIDENCE },
      to: {
        path: 'node_modules/(@aws|@smithy|@grpc|@middy|@oclif|avsc|jsforce|undici|fauxqs|dynalite|bcryptjs)',
      },
    },
    {
      name: 'storeys-do-no-io',
      comment: 'A decision that opens a socket or a file cannot be tested as a decision.',
      severity: 'error',
      from: { path: STOREYS, pathNot: EVIDENCE },
      to: {
        path: '^(node:)?(fs|net|http|https|http2|tls|dns|dgram|child_process|worker_threads|sqlite)(/|$)',
      },
    },
    {
      name: 'storeys-wait-by-the-port',
      comment:
        'Time that passes comes from src/base/timers.ts, so that tests own it; Biome forbids the globals setTimeout, setInterval and performance there.',
      severity: 'error',
      from: { path: STOREYS, pathNot: EVIDENCE },
      to: { path: '^(node:)?(timers|perf_hooks)(/|$)' },
    },
    {
      name: 'sqlite-has-its-places',
      comment:
        'One adapter owns the file of a local run, the lock of its folder is a file of its own, and the simulator keeps its own: nobody else writes beside them.',
      severity: 'error',
      from: {
        pathNot: [EVIDENCE, '^src/adapters/sqlite/', String.raw`^local/file-lock\.ts$`, '^simulators/'],
      },
      to: { path: '^(node:)?sqlite$' },
    },
    {
      name: 'shared-code-imports-no-program',
      comment:
        'Top-level folders are programs; src is what they share. What programs share does not know them.',
      severity: 'error',
      from: { path: '^src/', pathNot: EVIDENCE },
      to: { path: '^(functions|cli|local|lib|bin|simulators|bench|scripts)/' },
    },
    {
      name: 'platforms-are-independent',
      comment:
        'A platform is one folder: it comes and goes without the others noticing. outbound is none: it is how all of them reach where tenants say.',
      severity: 'error',
      from: { path: '^src/platforms/([^/]+)/', pathNot: EVIDENCE },
      to: { path: '^src/platforms/[^/]+/', pathNot: '^src/platforms/($1|outbound)/' },
    },
    {
      name: 'pure-halves-are-pure',
      comment:
        'The lists of targets and sources are for the API, the CLI, the stack and the generators of docs: what one of them needs to run would come along everywhere.',
      severity: 'error',
      from: { path: String.raw`^src/platforms/(targets|sources|[^/]+/(target|source))\.ts$` },
      to: {
        reachable: true,
        path: '^(src|functions|cli|local|lib|bin|simulators)/|node_modules/',
        pathNot: [
          '^src/(domain|base)/',
          String.raw`^src/platforms/(targets|sources|[^/]+/(target|source|org-settings|signing-secret|key-pair|custom-headers|authentication|field-names|field-values|records|sample-record))\.ts$`,
          // Pure themselves, and small.
          'node_modules/(valibot|croner)/',
        ],
      },
    },
    {
      name: 'platforms-have-front-doors',
      comment:
        'Its two halves, and an index where programs need more of it. What is behind them may change without notice.',
      severity: 'error',
      from: { path: '^(functions|cli|local|lib|bin)/', pathNot: EVIDENCE },
      to: {
        path: '^src/platforms/[^/]+/',
        pathNot: String.raw`^src/platforms/[^/]+/(index|target|source|destination)\.ts$`,
      },
    },
    {
      name: 'adapters-know-no-platform',
      comment:
        'Adapters change when we run elsewhere, platforms when Salesforce or a standard does: two reasons, two folders.',
      severity: 'error',
      from: { path: '^src/adapters/', pathNot: EVIDENCE },
      to: { path: '^src/(platforms|pipeline|management)/' },
    },
    {
      name: 'settings-are-constants',
      comment:
        'The stack, the functions and the local host all read src/settings: what it imported, all of them would.',
      severity: 'error',
      from: { path: '^src/settings/', pathNot: EVIDENCE },
      to: { pathNot: '^src/settings/' },
    },
    {
      name: 'functions-are-independent',
      comment: 'What two functions share belongs into src: otherwise a change of one deploys the other.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/', pathNot: EVIDENCE },
      to: { path: '^functions/[^/]+/', pathNot: '^functions/$1/' },
    },
    {
      name: 'dependencies-ts-names-the-adapters',
      comment:
        'The only file of a function that knows what it runs on, so that handlers can be tested on the memory adapters and read without SQS in mind.',
      severity: 'error',
      from: { path: '^functions/', pathNot: [EVIDENCE, String.raw`^functions/[^/]+/dependencies\.ts$`] },
      to: { path: '^src/(adapters|platforms)/', pathNot: PLATFORM_LISTS },
    },
    {
      name: 'lib-imports-nothing-that-runs',
      comment:
        'The stack shares settings, the names of metrics and what platforms may do with the functions. Their code is named by its path, bundled and never loaded: a synthesis must not need what a function needs.',
      severity: 'error',
      from: { path: '^(lib|bin/app)', pathNot: EVIDENCE },
      to: {
        path: '^(src|functions|cli|local|simulators)/',
        pathNot: [
          String.raw`^src/(settings/|telemetry/metrics\.ts$|domain/publications/target-platform\.ts$)`,
          PLATFORM_LISTS,
        ],
      },
    },
    {
      name: 'cdk-only-in-lib',
      comment: 'aws-cdk-lib is 100 MB that no function and no command may need.',
      severity: 'error',
      from: { pathNot: '^(lib|bin|test/infrastructure)/' },
      to: { path: 'node_modules/(aws-cdk-lib|constructs|cdk-nag)/' },
    },
    {
      name: 'cli-speaks-to-the-api',
      comment:
        'The CLI is a client of the management API: what it could only do by other ways, nobody else could.',
      severity: 'error',
      from: { path: '^cli/', pathNot: EVIDENCE },
      to: {
        path: '^(src/(adapters|platforms|bloblang)|functions|local|lib|simulators)/',
        pathNot: PLATFORM_LISTS,
      },
    },
    {
      name: 'cli-knows-schemas-and-filters',
      comment:
        'What an answer looks like, and whether a filter compiles, can be known without the service. Everything else of these storeys is done by it.',
      severity: 'error',
      from: { path: '^cli/', pathNot: EVIDENCE },
      to: {
        path: '^src/(management|pipeline)/',
        pathNot: String.raw`^src/(management/[^/]+/schema|pipeline/route/filter)\.ts$`,
      },
    },
    {
      name: 'console-speaks-to-the-api',
      comment:
        'The console runs in a browser, and is a client of the management API as the CLI is. It knows what an answer looks like, and the mapping language, which is ours to run anywhere.',
      severity: 'error',
      from: { path: '^console/', pathNot: EVIDENCE },
      to: {
        path: '^(src|functions|cli|local|lib|bin|simulators)/|^(node:|(fs|http|crypto|path)$)',
        pathNot: String.raw`^src/(management/([^/]+/schema|[^/]+-fields)\.ts$|bloblang/|base/)`,
      },
    },
    {
      name: 'nothing-needs-the-console',
      comment: 'What runs in a browser is built from it, and nothing else.',
      severity: 'error',
      from: { pathNot: [EVIDENCE, '^console/'] },
      to: { path: '^console/' },
    },
    {
      name: 'schemas-are-pure',
      comment:
        'The CLI loads them to read an answer: a schema that imported a use case would bring half of the service along.',
      severity: 'error',
      from: { path: SCHEMA },
      to: { pathNot: [SCHEMA, '^src/(domain|base)/', '^node_modules/valibot/'] },
    },
    {
      name: 'only-the-doctor-asks-aws',
      comment:
        "A command is a client of the API and starts at once; `doctor --aws` looks at what no API of ours can say. What a function must not have, its bundle must not; the API reads the functions' logs.",
      severity: 'error',
      from: {
        path: '^(cli|src|functions|local)/',
        pathNot: [EVIDENCE, '^cli/lib/doctor/aws-account', '^src/adapters/cloudwatch/'],
      },
      to: { path: 'node_modules/@aws-sdk/client-(cloudformation|cloudwatch|cloudwatch-logs|lambda)/' },
    },
    {
      name: 'commands-use-no-sdk',
      comment: 'The same for every other service: what a command wants of it, the management API does.',
      severity: 'error',
      from: { path: '^cli/', pathNot: [EVIDENCE, '^cli/lib/doctor/aws-account'] },
      to: { path: 'node_modules/@aws-sdk/' },
    },
    {
      name: 'simulator-shares-no-code',
      comment:
        'What the simulator and the client share, both would get wrong alike, and every test would pass.',
      severity: 'error',
      from: { path: '^simulators/', pathNot: EVIDENCE },
      to: { path: '^(src|functions|cli|local|lib|bin)/', pathNot: '^src/base/' },
    },
    {
      name: 'clients-stand-alone',
      comment:
        'A client library is published without the rest and without dependencies. What it knows of the service is in the docs.',
      severity: 'error',
      from: { path: '^clients/', pathNot: EVIDENCE },
      to: { pathNot: '^clients/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'clients-are-for-others',
      comment: 'Code that client and service shared, both would get wrong alike.',
      severity: 'error',
      from: { pathNot: [EVIDENCE, '^(clients|examples)/'] },
      to: { path: '^clients/' },
    },
    {
      name: 'examples-are-of-others',
      comment: 'An example is what somebody writes who has the client library and nothing else of Sluice.',
      severity: 'error',
      from: { path: '^examples/', pathNot: EVIDENCE },
      to: { pathNot: String.raw`^(examples/|clients/node/src/index\.ts$)`, dependencyTypesNot: ['core'] },
    },
    {
      name: 'nothing-needs-an-example',
      comment: 'An example may be thrown away.',
      severity: 'error',
      from: { pathNot: [EVIDENCE, '^examples/'] },
      to: { path: '^examples/' },
    },
    {
      name: 'simulators-are-for-the-local-run',
      comment: 'Nothing that is deployed may reach a simulated org.',
      severity: 'error',
      from: { pathNot: [EVIDENCE, '^(local|simulators)/'] },
      to: { path: '^simulators/' },
    },
    {
      name: 'the-local-run-is-an-end',
      comment: 'local/ puts everything together; nothing is built on it.',
      severity: 'error',
      from: { pathNot: [EVIDENCE, '^local/'] },
      to: { path: '^local/' },
    },
    {
      name: 'production-imports-no-evidence',
      comment: 'Tests, benchmarks and scripts are about the product and no part of it.',
      severity: 'error',
      from: { pathNot: EVIDENCE },
      to: { path: String.raw`^(test|bench)/|\.test\.ts$` },
    },
    {
      name: 'production-needs-no-dev-dependency',
      comment: 'What is installed without development packages has to run.',
      severity: 'error',
      from: { path: '^(src|functions|cli|local|simulators)/', pathNot: EVIDENCE },
      // Types are gone before anything runs.
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'packages-are-declared',
      comment:
        'A package that is only there because another needs it goes when that one does. Tests of a client library run here, by the packages of the repository; its own manifest is for those who install it.',
      severity: 'error',
      from: { pathNot: ['^node_modules/', String.raw`^clients/.*\.test\.ts$`] },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|cdk\\.out|coverage)/' },
    // A type that a file imports is knowledge as well.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
