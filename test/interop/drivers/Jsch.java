// Does the commands that come on standard input with JSch: host port user as arguments, the password in SFTP_PASSWORD.

import com.jcraft.jsch.ChannelSftp;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.Session;
import java.io.BufferedReader;
import java.io.InputStreamReader;

public class Jsch {
  public static void main(String[] args) throws Exception {
    Session session = new JSch().getSession(args[2], args[0], Integer.parseInt(args[1]));
    session.setPassword(System.getenv("SFTP_PASSWORD"));
    session.setConfig("StrictHostKeyChecking", "no");
    session.setConfig("PreferredAuthentications", "password");
    session.connect(20000);
    ChannelSftp sftp = (ChannelSftp) session.openChannel("sftp");
    sftp.connect(20000);
    sftp.lcd(System.getProperty("user.dir"));
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.trim().split(" ");
      switch (words[0]) {
        case "put" -> sftp.put(words[1], words[2]);
        case "resume-put" -> sftp.put(words[1], words[2], ChannelSftp.RESUME);
        case "get" -> sftp.get(words[1], words[2]);
        case "rename" -> sftp.rename(words[1], words[2]);
        case "list" -> {
          for (Object entry : sftp.ls(words[1])) System.out.println(((ChannelSftp.LsEntry) entry).getFilename());
        }
        default -> throw new IllegalArgumentException(words[0]);
      }
    }
    session.disconnect();
  }
}
