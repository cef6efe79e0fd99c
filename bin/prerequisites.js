// What the programs need before they can start. This file has no dependencies and runs on any version of Node.

/** The first version that strips types without a flag and has SQLite. */
export const NODE_NEEDED = '22.18';
/** The version that compiled commands need. */
export const NODE_NEEDED_COMPILED = '22.13';

export function isNewEnough(needed = NODE_NEEDED) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed.split('.').map(Number);
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

/** Explains an import that failed because packages are missing; undefined for any other error. */
export function explainMissingPackage(error, root) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  const name = /^Cannot find package '([^']+)'/.exec(error.message)?.[1];
  return (
    name && `expected the packages to be installed, found that ${name} is missing: run npm ci in ${root}`
  );
}
