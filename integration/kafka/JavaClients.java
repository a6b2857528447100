import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Java's own clients: what they write has to be read, and what is written has to be read by them. */
public class JavaClients {
  public static void main(String[] args) throws Exception {
    if (args[0].equals("produce")) produce(args[1], args[2], args[3]);
    else consume(args[1], args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]));
  }

  /** Lines `key|value` of the standard input, in large batches. */
  static void produce(String brokers, String topic, String codec) throws Exception {
    Map<String, Object> settings = Map.of(
        "bootstrap.servers", brokers, "compression.type", codec, "linger.ms", 500, "batch.size", 500_000);
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines().toList();
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      for (String line : lines) {
        int bar = line.indexOf('|');
        producer.send(new ProducerRecord<>(topic, line.substring(0, bar), line.substring(bar + 1)));
      }
    }
  }

  /** Prints, of each committed record, its partition, the one that Java would have put it in, and its value. */
  static void consume(String brokers, String topic, int partitions, int count) throws Exception {
    Map<String, Object> settings = Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed");
    List<TopicPartition> all = IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
    var out = new java.io.PrintStream(System.out, false, StandardCharsets.UTF_8);
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(all);
      consumer.seekToBeginning(all);
      for (int seen = 0; seen < count; ) {
        for (var record : consumer.poll(Duration.ofSeconds(1))) {
          seen++;
          byte[] key = record.key().getBytes(StandardCharsets.UTF_8);
          int expected = BuiltInPartitioner.partitionForKey(key, partitions);
          out.println(record.partition() + "|" + expected + "|" + record.value());
        }
      }
    }
    out.flush();
  }
}
