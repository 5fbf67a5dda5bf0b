// The water component in another runtime: what jco makes of it, under Node. Usage: check.mjs DIR
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const { bar } = await import(pathToFileURL(resolve(process.argv[2], "water.js")));
const lake = new bar.Water(5);
const pond = new bar.Water(2);
console.log(`fuller: ${bar.fuller(lake, pond)}`);
console.log(`drink 3: ${lake.drink(3)} left`);
try {
  console.log(`drink 3: ${lake.drink(3)} left`);
} catch (error) {
  console.log(`drink 3: ${error.payload}`);
}
const sea = bar.Water.mix(lake, pond);
console.log(`spill: ${sea.spill()}`);
console.log(`echo: ${bar.echo("hör, water")}`);
