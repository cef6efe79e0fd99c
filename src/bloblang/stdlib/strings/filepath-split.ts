import type { MethodDefinition } from '../definition.ts';
import { textReceiver } from '../receivers.ts';

export const filepathSplit: MethodDefinition = {
  kind: 'method',
  name: 'filepath_split',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description: "Cuts a path behind its last slash into the folder and the file's name.",
  parameters: [],
  prepare: () => (receiver) => {
    const path = textReceiver(receiver);
    const end = path.lastIndexOf('/') + 1;
    return [path.slice(0, end), path.slice(end)];
  },
  examples: [
    {
      mapping: 'root = this.v.filepath_split()',
      input: '{"v":"/foo/bar.txt"}',
      output: '["/foo/","bar.txt"]',
    },
  ],
};
