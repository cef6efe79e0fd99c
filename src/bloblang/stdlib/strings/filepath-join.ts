import { wrap } from '../../errors.ts';
import type { MethodDefinition } from '../definition.ts';
import { joinPath } from '../kernels/file-path.ts';
import { arrayReceiver, textElement } from '../receivers.ts';

export const filepathJoin: MethodDefinition = {
  kind: 'method',
  name: 'filepath_join',
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Joins the elements of an array to one path, with one slash between them and `.` and `..` resolved.',
  parameters: [],
  prepare: () => (receiver, scope) => {
    const { run } = scope;
    run.allocateEntries(arrayReceiver(receiver).length);
    let size = 0;
    const elements = arrayReceiver(receiver).map((element, index) => {
      try {
        const text = textElement(run, element);
        size += text.length + 1;
        return text;
      } catch (error) {
        throw wrap(`path element ${index}: `, error);
      }
    });
    // The path is joined, split into segments, and joined again.
    run.allocateString(size);
    run.allocate(size);
    run.allocatePieces(size >> 1);
    return joinPath(elements);
  },
  examples: [
    {
      mapping: 'root = this.v.filepath_join()',
      input: '{"v":["/foo/","a","../bar.txt"]}',
      output: '"/foo/bar.txt"',
    },
  ],
};
