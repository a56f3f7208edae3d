/* One file, so that the catalog is read once. Each of these states what must hold of any plan, whatever the scenario. */
import './choice.ts'
import './demand.ts'
import './estimate.ts'
import './prices.ts'
import './programs.ts'
