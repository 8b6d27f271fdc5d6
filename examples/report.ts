/** The paper's figures, to be set beside one's own. */
import { paperTable } from '@omnict/report';

const table = paperTable('table-1');
console.log(table.columns.length);

// Prints:
// 2
