import { wrap } from '../../errors.ts';
import { type Documentation, defineMethod } from '../definition.ts';
import { joinPath } from '../kernels/file-path.ts';
import { arrayReceiver, textReceiver } from '../receivers.ts';

export const filepathJoin = defineMethod('filepath_join', [], () => (receiver, scope) => {
  const elements = arrayReceiver(receiver).map((element, index) => {
    try {
      return textReceiver(element);
    } catch (error) {
      throw wrap(`path element ${index}: `, error);
    }
  });
  return scope.run.made(joinPath(elements));
});

export const documentation: Documentation = {
  definition: filepathJoin,
  tier: 'extended',
  status: 'stable',
  category: 'String Manipulation',
  description:
    'Joins the elements of an array to one path, with one slash between them and `.` and `..` resolved.',
  examples: [
    {
      mapping: 'root = this.v.filepath_join()',
      input: '{"v":["/foo/","a","../bar.txt"]}',
      output: '"/foo/bar.txt"',
    },
  ],
};
