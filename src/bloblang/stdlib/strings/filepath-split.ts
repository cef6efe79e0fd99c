import { type Documentation, defineMethod } from '../definition.ts';
import { textReceiver } from '../receivers.ts';

export const filepathSplit = defineMethod('filepath_split', [], () => (receiver) => {
  const path = textReceiver(receiver);
  const end = path.lastIndexOf('/') + 1;
  return [path.slice(0, end), path.slice(end)];
});

export const documentation: Documentation = {
  definition: filepathSplit,
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description: "Cuts a path behind its last slash into the folder and the file's name.",
  examples: [
    {
      mapping: 'root = this.v.filepath_split()',
      input: '{"v":"/foo/bar.txt"}',
      output: '["/foo/","bar.txt"]',
    },
  ],
};
