#!/usr/bin/env node
import { hideBin } from 'yargs/helpers'
import { run } from './run.ts'
import { processTerminal } from './terminal.ts'

process.exitCode = await run(hideBin(process.argv), processTerminal())
