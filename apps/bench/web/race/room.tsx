export default function Room() {
  return <h1>race</h1>;
}
