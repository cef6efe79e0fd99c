import { publicationCreate } from '../../../../lib/publication-commands.ts';

export default publicationCreate('eventbridge');
